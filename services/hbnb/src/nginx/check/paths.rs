//! Which part of the site comes from where.

use crate::nginx::effect::Effect;
use crate::nginx::finding::{Finding, Place};
use crate::nginx::syntax::Directive;

use super::spots::{Map, Spot, servers};
use super::target::is_local;

/// Part of the site, and a path in it.
const PARTS: [(&str, &str); 3] = [
    ("/", "/places/1"),
    ("/api/", "/api/v1/states"),
    ("/static/", "/static/styles/site.css"),
];
const FILES: [&str; 2] = ["root", "alias"];

/// What of the site is not to be had from the servers that pass requests to hbnb.
pub(super) fn check(map: &Map<'_>, ours: &[&Spot<'_>], effect: &Effect) -> Vec<Finding> {
    let mut sites: Vec<&Directive> = ours.iter().filter_map(|spot| spot.server).collect();
    sites.dedup_by_key(|site| site.place.clone());
    let parts = sites
        .into_iter()
        .flat_map(|site| PARTS.map(|(part, path)| (site, part, path)));
    parts
        .filter_map(|(site, part, path)| Site { map, site, effect }.wrong(part, path))
        .collect()
}

struct Site<'a> {
    map: &'a Map<'a>,
    site: &'a Directive,
    effect: &'a Effect,
}

impl Site<'_> {
    fn wrong(&self, part: &str, path: &str) -> Option<Finding> {
        let Some(location) = location(self.site, path) else {
            // A pattern may have it.
            let is_told =
                patterns(self.site).any(|pattern| pattern.contains(part.trim_matches('/')));
            return (!is_told).then(|| {
                self.finding(
                    &self.site.place,
                    part,
                    format!("no location answers {part}"),
                )
            });
        };
        let spot = self.map.spots.iter().find(|spot| {
            let own = spot.location.map(|own| &own.place);
            own == Some(&location.place)
        });
        match spot {
            Some(spot) => self.passed(spot, location, part, path),
            None => self.kept(location, part),
        }
    }

    /// It is passed on: to hbnb, and under its own path?
    fn passed(
        &self,
        spot: &Spot<'_>,
        location: &Directive,
        part: &str,
        path: &str,
    ) -> Option<Finding> {
        let target = spot.target.as_ref()?;
        if self.map.leads_to_us(spot, self.effect) == Some(false) {
            let addresses: Vec<&str> = match self.map.upstream(&target.address) {
                Some(upstream) => servers(upstream).map(|server| server.word(0)).collect(),
                None => vec![target.address.as_str()],
            };
            let (place, name) = self.map.destination(spot);
            let wrong = format!("{name}, for {part}, leads elsewhere than to hbnb");
            let strays = addresses.into_iter().all(is_local);
            return strays.then(|| self.finding(place, part, wrong));
        }
        let uri = target.uri.as_deref().filter(|uri| !uri.contains('$'))?;
        let rest = path.strip_prefix(prefix(location)?)?;
        let asked = format!("{uri}{rest}");
        let wrong = format!("{path} is asked of hbnb as {asked}");
        let moved = part != "/" && asked != path;
        moved.then(|| {
            let right = format!("`proxy_pass http://{};`, without a path,", target.address);
            Finding::new(&spot.pass.place, wrong, right)
        })
    }

    /// It is not passed on: files may be nginx' own, the first page too, the API is not.
    fn kept(&self, location: &Directive, part: &str) -> Option<Finding> {
        let has = |names: &[&str], block: &Directive| {
            let mut own = block.inside().iter();
            own.any(|one| names.contains(&one.name.as_str()))
        };
        let sends_away = has(&["return", "rewrite", "if", "location"], location);
        let has_files = has(&FILES, location) || has(&FILES, self.site);
        let is_right = match part {
            "/" => true,
            "/static/" => sends_away || has_files,
            _ => sends_away,
        };
        let wrong = format!("{part} is not passed to hbnb");
        (!is_right).then(|| self.finding(&location.place, part, wrong))
    }

    fn finding(&self, place: &Place, part: &str, wrong: String) -> Finding {
        let upstream = self.map.upstreams.iter().find(|upstream| {
            let mut all = servers(upstream);
            all.any(|server| super::target::is_ours(server.word(0), self.effect))
        });
        let name = upstream.map_or("hbnb", |upstream| upstream.word(0));
        let right = format!("`location {part} {{ proxy_pass http://{name}; }}`");
        Finding::new(place, wrong, right)
    }
}

/// The location that nginx takes for a path, patterns left aside: the same path, or the longest beginning.
fn location<'a>(site: &'a Directive, path: &str) -> Option<&'a Directive> {
    let locations = locations(site);
    let exact = locations
        .clone()
        .find(|one| one.word(0) == "=" && one.word(1) == path);
    let longest = || {
        let fitting =
            locations.filter(|one| prefix(one).is_some_and(|prefix| path.starts_with(prefix)));
        fitting.max_by_key(|one| prefix(one).map_or(0, str::len))
    };
    exact.or_else(longest)
}

/// What paths begin with in a location; none if it is for one path, a pattern, or a name.
fn prefix(location: &Directive) -> Option<&str> {
    match location.words.as_slice() {
        [sign, path] if sign == "^~" => Some(path),
        [path] if path.starts_with('/') => Some(path),
        _ => None,
    }
}

fn patterns(site: &Directive) -> impl Iterator<Item = &str> {
    let all = locations(site).filter(|one| one.word(0).starts_with('~'));
    all.map(|one| one.word(1))
}

fn locations(site: &Directive) -> impl Iterator<Item = &Directive> + Clone {
    let inside = site.inside().iter();
    inside.filter(|one| one.name == "location")
}
