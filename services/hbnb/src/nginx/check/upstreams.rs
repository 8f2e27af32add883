//! The connections that nginx keeps to hbnb.

use crate::nginx::effect::Effect;
use crate::nginx::finding::Finding;
use crate::nginx::print::IDLE;
use crate::nginx::units::time;

use super::spots::{Map, Spot, servers};
use super::target::{is_local, is_ours};

pub(super) fn check(map: &Map<'_>, ours: &[&Spot<'_>], effect: &Effect) -> Vec<Finding> {
    let used = |name: &str| {
        let mut targets = ours.iter().filter_map(|spot| spot.target.as_ref());
        targets.any(|target| target.address == name)
    };
    let mut findings = Vec::new();
    for upstream in map.upstreams.iter().filter(|one| used(one.word(0))) {
        let name = upstream.word(0);
        let setting = |name: &str| upstream.inside().iter().find(|one| one.name == name);
        let strays = servers(upstream)
            .filter(|server| is_local(server.word(0)) && !is_ours(server.word(0), effect));
        findings.extend(strays.map(|server| {
            let wrong = format!("hbnb does not listen at {}", server.word(0));
            Finding::new(&server.place, wrong, right(effect))
        }));
        if setting("keepalive").is_none_or(|keep| keep.word(0) == "0") {
            let wrong =
                format!("the upstream {name} keeps no connection: each request makes a new one");
            findings.push(Finding::new(&upstream.place, wrong, "`keepalive 64;`"));
        }
        let Some(idle) = setting("keepalive_timeout") else {
            continue;
        };
        if time(idle.word(0)).is_none_or(|time| time >= IDLE) {
            let wrong = format!(
                "idle connections are kept for {}, but hbnb closes them after {} s: a request may meet a closed one",
                idle.word(0),
                IDLE.as_secs()
            );
            findings.push(Finding::new(&idle.place, wrong, "`keepalive_timeout 60s;`"));
        }
    }
    let direct = ours.iter().filter(|spot| {
        let target = spot.target.as_ref();
        target.is_some_and(|target| map.upstream(&target.address).is_none())
    });
    findings.extend(direct.map(|spot| {
        let wrong = "without an upstream no connection is kept: each request makes a new one";
        let right = "an upstream with `keepalive 64;`";
        Finding::new(&spot.pass.place, wrong, right)
    }));
    findings
}

/// The `server` of an upstream that leads to hbnb.
pub(super) fn right(effect: &Effect) -> String {
    match effect.nearest() {
        Some(address) => format!("`server {address};`"),
        None => "a `bind` with a port, and the same here".to_owned(),
    }
}
