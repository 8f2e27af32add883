//! What browsers are told that they may do with a page.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use kit::admin::Health;
use kit::layers::{Terms, apply};

use crate::harness::{read, site};
use crate::stand_in::StandIn;

/// Everything comes from the site itself, and nothing stands inline.
const POLICY: &str = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

#[tokio::test]
async fn pages_are_safe() {
    let site = apply(
        site(StandIn::new("x").router()),
        &Health::new(),
        &Terms::default(),
    );
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/places/1", StatusCode::OK),
        ("/places/1/edit", StatusCode::OK),
        ("/hbnb", StatusCode::OK),
        ("/101-hbnb", StatusCode::OK),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path).header("host", "hbnb.example");
        let reply = read(&site, request.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, status, "{path}");
        for (name, value) in [
            ("content-security-policy", POLICY),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
        ] {
            assert_eq!(reply.header(name), value, "{name} of {path}");
            assert_eq!(
                reply.headers.get_all(name).iter().count(),
                1,
                "{name} of {path}"
            );
        }
        let inline = [
            "<style",
            "<script>",
            " style=\"",
            " onclick=",
            "javascript:",
        ];
        for part in inline {
            assert!(!reply.text.contains(part), "{part} is in {path}");
        }
    }
}

/// The policy itself: only words of the site's own, no host, nothing unsafe.
#[test]
fn the_policy_trusts_nobody_else() {
    for directive in POLICY.split("; ") {
        let (_, sources) = directive.split_once(' ').unwrap();
        assert!(["'self'", "'none'"].contains(&sources), "{directive}");
    }
}
