//! What is wrong with a live file of nginx, held against the options in effect.

mod asking;
mod paths;
mod spots;
mod target;
mod upstreams;

use std::io;
use std::path::Path;

use super::effect::Effect;
use super::finding::{Finding, Place};
use super::include::load;
use spots::{Map, Spot};

/// What is wrong with a file and what it includes, line by line; an error if it cannot be read.
pub(crate) fn check(file: &Path, effect: &Effect) -> io::Result<Vec<Finding>> {
    let (directives, mut findings) = load(file)?;
    let map = Map::of(&directives);
    let start = Place {
        file: file.into(),
        line: 1,
    };
    let ours = map.ours(effect);
    let unread = !findings.is_empty();
    match ours.as_slice() {
        // What includes another file may have it there.
        [] if unread => {}
        [] => findings.extend(lost(&map, effect, &start)),
        ours => findings.extend(all(&map, ours, effect)),
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}

fn all(map: &Map<'_>, ours: &[&Spot<'_>], effect: &Effect) -> Vec<Finding> {
    let asked = ours.iter().flat_map(|spot| asking::check(spot, effect));
    let through = upstreams::check(map, ours, effect);
    let ways = paths::check(map, ours, effect);
    asked.chain(through).chain(ways).collect()
}

/// Nothing leads to hbnb: each `proxy_pass` that might, or the file, if there is none.
fn lost(map: &Map<'_>, effect: &Effect, start: &Place) -> Vec<Finding> {
    let wrong = |where_to: &str| {
        let bind = &effect.bind;
        format!("{where_to} leads elsewhere than to hbnb, which listens at {bind}")
    };
    let told = map.spots.iter().filter(|spot| spot.target.is_some());
    let strayed = told.map(|spot| {
        let (place, name) = map.destination(spot);
        Finding::new(place, wrong(&name), upstreams::right(effect))
    });
    let strayed: Vec<Finding> = strayed.collect();
    match strayed.is_empty() {
        true => {
            let nothing = "nothing here is passed to hbnb: there is no proxy_pass";
            vec![Finding::new(start, nothing, "what `hbnb nginx` prints")]
        }
        false => strayed,
    }
}
