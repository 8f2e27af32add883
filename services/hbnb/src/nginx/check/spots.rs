//! Where a file passes requests on, and what holds there: nginx' blocks and what they inherit.

use crate::nginx::effect::Effect;
use crate::nginx::finding::Place;
use crate::nginx::syntax::Directive;

use super::target::{Target, is_ours};

/// The other protocols of nginx, whose directives have the same names.
const OTHERS: [&str; 2] = ["stream", "mail"];

/// A `proxy_pass`, and the blocks around it.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) pass: &'a Directive,
    /// What it names, unless variables do.
    pub(super) target: Option<Target>,
    /// The block of its server; none in a file that is part of one.
    pub(super) server: Option<&'a Directive>,
    pub(super) location: Option<&'a Directive>,
    /// The contents of all blocks around it, outermost first.
    chain: Vec<&'a [Directive]>,
}

impl<'a> Spot<'a> {
    /// The directives of this name that hold here: those of the innermost block that has any.
    pub(super) fn effective(&self, name: &str) -> Vec<&'a Directive> {
        let levels = self.chain.iter().rev().map(|block| {
            let own = block.iter().filter(|directive| directive.name == name);
            own.collect::<Vec<_>>()
        });
        levels
            .into_iter()
            .find(|own| !own.is_empty())
            .unwrap_or_default()
    }

    /// The same for one that stands alone.
    pub(super) fn setting(&self, name: &str) -> Option<&'a Directive> {
        self.effective(name).last().copied()
    }
}

/// What matters of a file.
pub(super) struct Map<'a> {
    pub(super) spots: Vec<Spot<'a>>,
    pub(super) upstreams: Vec<&'a Directive>,
}

/// The blocks around a directive.
#[derive(Clone)]
struct Around<'a> {
    server: Option<&'a Directive>,
    location: Option<&'a Directive>,
    chain: Vec<&'a [Directive]>,
}

impl<'a> Map<'a> {
    pub(super) fn of(directives: &'a [Directive]) -> Map<'a> {
        let mut map = Map {
            spots: Vec::new(),
            upstreams: Vec::new(),
        };
        let around = Around {
            server: None,
            location: None,
            chain: vec![directives],
        };
        map.walk(directives, &around);
        map
    }

    fn walk(&mut self, directives: &'a [Directive], around: &Around<'a>) {
        for directive in directives {
            let name = directive.name.as_str();
            match (name, &directive.block) {
                ("proxy_pass", None) => self.spots.push(Spot {
                    pass: directive,
                    target: Target::of(directive.word(0)),
                    server: around.server,
                    location: around.location,
                    chain: around.chain.clone(),
                }),
                ("upstream", Some(_)) => self.upstreams.push(directive),
                (other, Some(_)) if OTHERS.contains(&other) => {}
                (_, Some(block)) => {
                    let mut inner = around.clone();
                    inner.chain.push(block);
                    match name {
                        "server" => inner.server = Some(directive),
                        "location" => inner.location = Some(directive),
                        _ => {}
                    }
                    self.walk(block, &inner);
                }
                _ => {}
            }
        }
    }

    /// Those that lead to hbnb.
    pub(super) fn ours(&self, effect: &Effect) -> Vec<&Spot<'a>> {
        let ours = |spot: &&Spot<'_>| self.leads_to_us(spot, effect) == Some(true);
        self.spots.iter().filter(ours).collect()
    }

    /// Whether it leads to hbnb, if that can be told.
    pub(super) fn leads_to_us(&self, spot: &Spot<'_>, effect: &Effect) -> Option<bool> {
        let target = spot.target.as_ref()?;
        Some(match self.upstream(&target.address) {
            Some(upstream) => servers(upstream).any(|one| is_ours(one.word(0), effect)),
            None => is_ours(&target.address, effect),
        })
    }

    pub(super) fn upstream(&self, name: &str) -> Option<&'a Directive> {
        let mut all = self.upstreams.iter();
        all.find(|upstream| upstream.word(0) == name).copied()
    }

    /// The line that says where this leads, and what it says.
    pub(super) fn destination<'b>(&self, spot: &'b Spot<'a>) -> (&'b Place, String) {
        let named = spot.target.as_ref();
        match named.and_then(|target| self.upstream(&target.address)) {
            Some(upstream) => {
                let line = servers(upstream).next().unwrap_or(upstream);
                let name = format!("the upstream {}", upstream.word(0));
                (&line.place, name)
            }
            None => (
                &spot.pass.place,
                format!("proxy_pass {}", spot.pass.word(0)),
            ),
        }
    }
}

/// The servers of an upstream.
pub(super) fn servers(upstream: &Directive) -> impl Iterator<Item = &Directive> {
    let inside = upstream.inside().iter();
    inside.filter(|directive| directive.name == "server")
}
