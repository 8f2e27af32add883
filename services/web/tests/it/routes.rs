//! Every address: with a slash at its end and without, by HEAD, and in the README.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;

use crate::harness::{Reply, ask, get, site};
use crate::stand_in::StandIn;

/// All routes without a slash at their end, and what they answer where all is well.
const ROUTES: [(&str, u16); 42] = [
    ("/", 200),
    ("/places/{id}", 200),
    ("/places/{id}/reviews", 200),
    ("/places/{id}/reviews/new", 200),
    ("/places/{id}/edit", 200),
    ("/places/{id}/delete", 200),
    ("/reviews/{id}/edit", 200),
    ("/reviews/{id}/delete", 200),
    ("/cities/{id}", 200),
    ("/cities/{id}/places/new", 200),
    ("/regions/{id}", 200),
    ("/users/{id}", 200),
    ("/hbnb", 200),
    ("/hbnb_filters", 200),
    ("/0-hbnb", 200),
    ("/1-hbnb", 200),
    ("/2-hbnb", 200),
    ("/3-hbnb", 200),
    ("/4-hbnb", 200),
    ("/100-hbnb", 200),
    ("/101-hbnb", 200),
    ("/states_list", 200),
    ("/cities_by_states", 200),
    ("/states", 200),
    ("/states/{id}", 200),
    ("/c/{text}", 200),
    ("/python", 200),
    ("/python/{text}", 200),
    ("/number/{n}", 200),
    ("/number_template/{n}", 200),
    ("/number_odd_or_even/{n}", 200),
    ("/airbnb-onepage", 200),
    ("/airbnb-onepage/hbnb", 200),
    ("/airbnb-onepage/c/{text}", 200),
    ("/airbnb-onepage/python", 200),
    ("/airbnb-onepage/python/{text}", 200),
    ("/airbnb-onepage/number/{n}", 200),
    ("/airbnb-onepage/number_template/{n}", 200),
    ("/airbnb-onepage/number_odd_or_even/{n}", 200),
    ("/airbnb-dynamic/number_odd_or_even/{n}", 200),
    ("/apidocs", 308),
    ("/favicon.ico", 307),
];

/// What the router has, as its debug form tells.
fn routes() -> BTreeSet<String> {
    let told = format!("{:?}", site(axum::Router::new()));
    let quoted = told.split('"').skip(1).step_by(2);
    let paths = quoted.filter(|text| text.starts_with('/') && !text.contains("__private"));
    paths.map(str::to_owned).collect()
}

fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}

fn filled(route: &str, id: &str, n: &str, text: &str) -> String {
    let route = route.replace("{id}", id).replace("{n}", n);
    route.replace("{text}", text)
}

#[test]
fn the_table_is_complete() {
    let tried: BTreeSet<&str> = ROUTES.iter().map(|(route, _)| *route).collect();
    let routes = routes();
    let there: BTreeSet<&str> = routes.iter().map(|route| trimmed(route)).collect();
    assert_eq!(tried, there);
}

/// Pages that load their scripts anew each time name another address of them in each answer.
fn without_ids(text: &str) -> String {
    let parts = text.split('?').map(|part| match part.split_once('"') {
        Some((id, rest)) if id.len() == 36 => rest,
        _ => part,
    });
    parts.collect()
}

fn same(other: &Reply, reply: &Reply, path: &str) {
    assert_eq!(other.status, reply.status, "{path}");
    assert_eq!(other.headers, reply.headers, "{path}");
}

#[tokio::test]
async fn slashes_and_heads() {
    let site = site(StandIn::new("x").router());
    for (route, status) in ROUTES {
        let path = filled(route, "1", "7", "is_fun");
        let reply = get(&site, &path).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.text.is_empty(), status != 200, "{path}");
        for path in [path.clone(), format!("{}/", path.trim_end_matches('/'))] {
            // An icon is a file.
            if path == "/favicon.ico/" {
                continue;
            }
            let again = get(&site, &path).await;
            same(&again, &reply, &path);
            assert_eq!(without_ids(&again.text), without_ids(&reply.text), "{path}");
            let head = ask(&site, Method::HEAD, &path).await;
            same(&head, &reply, &path);
            assert_eq!(head.text, "", "{path}");
        }
    }
}

/// The addresses in the README's table of the site.
fn documented() -> BTreeSet<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, table) = text.split_once("| page | what it shows |").unwrap();
    let rows = table.lines().skip(2).map_while(|row| row.strip_prefix('|'));
    let cells = rows.filter_map(|row| row.split('|').next());
    let quoted = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    quoted.map(|path| trimmed(path).to_owned()).collect()
}

/// The texts stand there once, with a word on where they are too.
#[test]
fn all_are_in_the_readme() {
    let routes = ROUTES.map(|(route, _)| filled(route, "ID", "N", "TEXT"));
    let mut routes = BTreeSet::from(routes);
    let below = |route: &String| {
        let rest = route.strip_prefix("/airbnb-onepage").unwrap_or_default();
        rest != "/hbnb" && !rest.is_empty()
    };
    routes.retain(|route| !below(route));
    assert_eq!(documented(), routes);
}
