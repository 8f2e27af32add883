//! The site's own pages.

use std::ops::RangeInclusive;

use axum::Router;
use axum::http::{Request, StatusCode};

use crate::harness::{Reply, get, read, site};
use crate::stand_in::StandIn;

/// Every page, and how many calls of the API it may make.
const PAGES: [(&str, usize); 11] = [
    ("/", 3),
    ("/places/1", 3),
    ("/places/1/reviews", 2),
    ("/places/1/reviews/new", 1),
    ("/places/1/edit", 2),
    ("/places/1/delete", 1),
    ("/cities/1", 2),
    ("/cities/1/places/new", 2),
    ("/regions/1", 3),
    ("/users/1", 2),
    ("/reviews/1/edit", 1),
];
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)\" x='",
    "</title></textarea><img src=x onerror=alert(1)>",
    "\u{202e}gnirts\u{2066}{{ 7 * 11111 }}",
    "👨‍👩‍👧‍👦 שלום",
];

fn of(text: &str) -> Router {
    site(StandIn::new(text).router())
}

#[tokio::test]
async fn every_page() {
    for (page, _) in PAGES {
        let reply = get(&of("Sunny loft"), page).await;
        assert_eq!(reply.status, StatusCode::OK, "{page}");
        assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
        let text = &reply.text;
        assert!(
            text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"),
            "{page}"
        );
        assert_eq!(text.matches("<h1").count(), 1, "{page}");
        assert!(text.contains("id=\"api_status\""), "{page}");
        assert!(text.contains("Sunny loft"), "{page}");
        assert!(
            text.ends_with("<p>Holberton School</p>\n</footer>\n</body>\n</html>"),
            "{page}"
        );
        for inline in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
            assert!(!text.contains(inline), "{page}: {inline}");
        }
    }
}

#[tokio::test]
async fn unknown_objects() {
    for (page, _) in PAGES.into_iter().filter(|(page, _)| *page != "/") {
        let reply = get(&of("x"), &page.replace('1', "nope")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{page}");
        assert!(reply.text.contains("<h1>Not Found</h1>"), "{page}");
    }
}

#[tokio::test]
async fn hostile_texts_are_texts() {
    for text in HOSTILE {
        for (page, _) in PAGES {
            let reply = get(&of(text), page).await;
            assert_eq!(reply.status, StatusCode::OK, "{page}");
            for tag in ["<script>alert", "<img src=x", "77777"] {
                assert!(!reply.text.contains(tag), "{page}: {tag} of {text}");
            }
            assert!(!reply.text.contains("&#38;#"), "{page}: escaped twice");
            let outside = without_description(&reply.text);
            for raw in ["onmouseover=\"", "</title></textarea>"] {
                assert!(!outside.contains(raw), "{page}: {raw} of {text}");
            }
        }
    }
    let text = "x".repeat(1024);
    let reply = get(&of(&text), "/places/1").await;
    assert!(reply.text.contains(&text));
}

/// A description is markup of its own, in which quotes are text.
fn without_description(page: &str) -> String {
    let Some((before, rest)) = page.split_once("<div class=\"description\"") else {
        return page.to_owned();
    };
    before.to_owned() + rest.split_once("</div>").unwrap().1
}

#[tokio::test]
async fn descriptions_keep_harmless_markup() {
    let reply = get(
        &of("one<BR />two <b onclick=x>bold</b><script>no</script>"),
        "/places/1",
    )
    .await;
    assert!(
        reply.text.contains("one<br />two <b>bold</b></div>"),
        "{}",
        reply.text
    );
}

#[tokio::test]
async fn calls_do_not_grow_with_rows() {
    for (page, most) in PAGES {
        for rows in [1, 100] {
            let api = StandIn {
                rows,
                ..StandIn::new("x")
            };
            get(&site(api.router()), page).await;
            assert_eq!(api.asked().len(), most, "{page} with {rows} rows");
        }
    }
}

#[tokio::test]
async fn golden_marks_of_the_home_page() {
    let text = get(&of("x"), "/").await.text;
    assert!(text.contains("<h3>States") && text.contains("<h3>Amenities"));
}

#[tokio::test]
async fn a_card_tells_all() {
    let text = get(&of("Sunny loft"), "/").await.text;
    for part in [
        "href=\"/places/0\">Sunny loft</a>",
        "<b>$1,200</b> a night",
        "3 Guests",
        "1 Bedroom<",
        "2 Bathrooms",
        "href=\"/users/owner\"",
        "href=\"/cities/city\"",
        "href=\"/regions/state\"",
        "1 review<",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn a_page_that_is_known_is_not_made_again() {
    for (page, _) in PAGES {
        let site = of("x");
        let first = get(&site, page).await;
        assert_eq!(first.header("cache-control"), "no-cache", "{page}");
        let again = known(&site, page, first.header("etag")).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{page}");
        let changed = known(&of("y"), page, first.header("etag")).await;
        assert_eq!(changed.status, StatusCode::OK, "{page}");
    }
}

async fn known(site: &Router, page: &str, tag: &str) -> Reply {
    let request = Request::get(page).header("if-none-match", tag);
    read(site, request.body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_search_asks_for_what_is_chosen() {
    let api = StandIn {
        rows: 2,
        ..StandIn::new("Beach & co")
    };
    let page = "/?state=0&city=city&amenity=1&amenity=1&amenity=&cursor=c";
    let text = get(&site(api.router()), page).await.text;
    let asked = api.asked();
    let search = asked
        .iter()
        .find(|asked| asked.path.starts_with("/places_search"))
        .unwrap();
    assert_eq!(
        search.body,
        serde_json::json!({ "states": ["0"], "cities": ["city"], "amenities": ["1"] })
    );
    assert!(search.path.contains("limit=24") && search.path.contains("cursor=c"));
    assert_eq!(text.matches(" checked").count(), 4, "{text}");
    assert!(
        text.contains(">Beach &#38; co, Beach &#38; co</h4>"),
        "{text}"
    );
    for link in [
        "href=\"/?state=0&#38;city=city&#38;amenity=1&#38;cursor=after+these\" rel=\"next\"",
        "href=\"/?state=0&#38;city=city&#38;amenity=1\" data-results>First page",
        "href=\"/?city=city&#38;amenity=1\" data-results>",
        "href=\"/?state=0&#38;city=city\" data-results>",
    ] {
        assert!(text.contains(link), "{link} is not in {text}");
    }
}

#[tokio::test]
async fn nothing_found() {
    let api = StandIn {
        rows: 0,
        ..StandIn::new("x")
    };
    let text = get(&site(api.router()), "/?amenity=1").await.text;
    assert!(text.contains("0 places, by name") && text.contains("Show all places"));
}

#[tokio::test]
async fn lists_lead_to_their_next_page() {
    let api = StandIn {
        rows: 2,
        ..StandIn::new("x")
    };
    let site = site(api.router());
    for (page, path) in [
        ("/cities/1", "/cities/1"),
        ("/users/owner", "/users/owner"),
        ("/regions/1", "/regions/1"),
        ("/places/1", "/places/1/reviews"),
        ("/places/1/reviews", "/places/1/reviews"),
    ] {
        let text = get(&site, page).await.text;
        let next = format!("href=\"{path}?cursor=after+these\" rel=\"next\"");
        assert!(text.contains(&next), "{page}: {next} is not in {text}");
        let before = api.asked().len();
        get(&site, &format!("{path}?cursor=after+these")).await;
        let asked = &api.asked()[before..];
        assert!(
            asked
                .iter()
                .any(|asked| asked.path.contains("cursor=after+these")),
            "{page}"
        );
    }
}

/// The pages whose links lead nowhere would be found here.
#[tokio::test]
async fn links_lead_to_pages() {
    const LINKS: RangeInclusive<usize> = 5..=100;
    let site = of("x");
    for (page, _) in PAGES {
        let text = get(&site, page).await.text;
        let links = text.split("href=\"").skip(1);
        let links: Vec<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
        assert!(LINKS.contains(&links.len()), "{page}: {links:?}");
        for link in links {
            let is_ours = ["/static/", "/api/", "#"]
                .iter()
                .all(|start| !link.starts_with(start));
            if is_ours {
                let path = link.split('#').next().unwrap().replace("&#38;", "&");
                let status = get(&site, &path).await.status;
                assert_eq!(status, StatusCode::OK, "{page} leads to {link}");
            }
        }
    }
}

/// As many filters as an address has room for must not make a page that grows with their square.
#[tokio::test]
async fn many_filters() {
    let few = get(&of("x"), "/?city=1&city=2").await;
    assert!(few.text.contains("Without "), "{}", few.text);
    let id = "ce2f2a4e-2f0a-4b0e-9d3c-5a5d8c1f7e00";
    let address = format!("/?{}", vec![format!("city={id}"); 180].join("&"));
    let many = get(&of("x"), &address).await;
    assert_eq!(many.status, StatusCode::OK);
    assert!(many.text.contains("Clear all"), "{}", many.text);
    let more = many.text.len() - get(&of("x"), "/").await.text.len();
    assert!(more < 4 * address.len(), "{more}");
}
