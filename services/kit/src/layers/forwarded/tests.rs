use axum::body::Body;
use axum::extract::{FromRequestParts, Request};

use super::{Client, Fault, resolve};
use crate::serve::Peer;

const TRUSTED: &str = "10.0.0.0/8,2001:db8:1::/48,unix";
const FOR: &str = "x-forwarded-for";
const PROXY: &str = "10.0.0.1:5000";

fn resolved(peer: &str, lines: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().header("host", "inner:8080");
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer::new(peer));
    resolve(&mut request, &TRUSTED.parse().unwrap());
    request
}

/// `peer scheme host`, or the sentence of a refusal.
async fn seen(peer: &str, lines: &[(&str, &str)]) -> String {
    let request = resolved(peer, lines);
    if let Some(Fault(sentence)) = request.extensions().get() {
        return (*sentence).to_owned();
    }
    let (mut parts, _) = request.into_parts();
    let client = Client::from_request_parts(&mut parts, &()).await.unwrap();
    let peer = parts.extensions.get::<Peer>().unwrap();
    let address = client.address.map(|address| address.to_string());
    let hidden = address.is_none() && ["unknown", "unix"].contains(&peer.as_str());
    assert!(hidden || peer.as_str().contains(&address.unwrap()));
    format!("{peer} {} {}", client.scheme, client.host)
}

#[tokio::test]
async fn chains() {
    for (lines, wanted) in [
        (vec![], "10.0.0.1:5000 http inner:8080"),
        (vec![(FOR, "192.0.2.1")], "192.0.2.1 http inner:8080"),
        (
            vec![(FOR, "6.6.6.6, 192.0.2.1, 10.0.0.2")],
            "192.0.2.1 http inner:8080",
        ),
        (
            vec![
                (FOR, "6.6.6.6"),
                (FOR, "192.0.2.1,10.0.0.2"),
                (FOR, "10.0.0.3"),
            ],
            "192.0.2.1 http inner:8080",
        ),
        (
            vec![(FOR, "10.0.0.3, 10.0.0.2")],
            "10.0.0.3 http inner:8080",
        ),
        (
            vec![(FOR, "192.0.2.1, unknown, 10.0.0.2")],
            "unknown http inner:8080",
        ),
        (
            vec![(FOR, "2001:db8:2::1, 2001:db8:1::9")],
            "2001:db8:2::1 http inner:8080",
        ),
        (
            vec![
                (FOR, "192.0.2.1"),
                ("x-forwarded-proto", "http, HTTPS"),
                ("x-forwarded-host", "a.b"),
            ],
            "192.0.2.1 https a.b",
        ),
        (
            vec![(FOR, ""), ("x-forwarded-proto", "https")],
            "10.0.0.1:5000 https inner:8080",
        ),
    ] {
        assert_eq!(seen(PROXY, &lines).await, wanted, "{lines:?}");
    }
    let lines = [(FOR, "192.0.2.1")];
    assert_eq!(seen("unix", &lines).await, "192.0.2.1 http inner:8080");
    assert_eq!(seen("unix", &[]).await, "unix http inner:8080");
}

#[tokio::test]
async fn standard_chains() {
    for (lines, wanted) in [
        (
            vec![
                (
                    "forwarded",
                    "for=6.6.6.6;proto=http;host=evil, for=192.0.2.1;proto=https;host=a.b",
                ),
                ("forwarded", "for=10.0.0.2"),
            ],
            "192.0.2.1 https a.b",
        ),
        (
            vec![("forwarded", "for=\"[2001:db8:2::1]:4711\";proto=https")],
            "[2001:db8:2::1]:4711 https inner:8080",
        ),
        (
            vec![("forwarded", "for=_gazonk")],
            "unknown http inner:8080",
        ),
        (
            vec![("forwarded", "for=192.0.2.1, proto=https")],
            "unknown https inner:8080",
        ),
        (
            vec![
                ("forwarded", "for=192.0.2.1;proto=https"),
                (FOR, "192.0.2.1"),
                ("x-forwarded-host", "a.b"),
            ],
            "192.0.2.1 https a.b",
        ),
    ] {
        assert_eq!(seen(PROXY, &lines).await, wanted, "{lines:?}");
    }
}

#[tokio::test]
async fn refusals() {
    for (lines, wanted) in [
        (
            vec![("forwarded", "for=me")],
            "the field Forwarded is malformed",
        ),
        (
            vec![("forwarded", "proto=gopher;for=192.0.2.1")],
            "the field Forwarded is malformed",
        ),
        (
            vec![("forwarded", "for=192.0.2.1;host=\"a b\"")],
            "the field Forwarded is malformed",
        ),
        (
            vec![("forwarded", "junk, for=192.0.2.1")],
            "the field Forwarded is malformed",
        ),
        (
            vec![("x-forwarded-for", "junk, 192.0.2.1")],
            "the field X-Forwarded-For is malformed",
        ),
        (
            vec![("x-forwarded-for", "192.0.2.\u{e9}")],
            "the field X-Forwarded-For is malformed",
        ),
        (
            vec![("x-forwarded-proto", "gopher")],
            "the field X-Forwarded-Proto is malformed",
        ),
        (
            vec![("x-forwarded-host", "a/b")],
            "the field X-Forwarded-Host is malformed",
        ),
        (
            vec![
                ("forwarded", "for=192.0.2.1"),
                ("x-forwarded-for", "192.0.2.2"),
            ],
            "Forwarded and X-Forwarded-* say different things",
        ),
        (
            vec![("forwarded", "proto=https"), ("x-forwarded-proto", "http")],
            "Forwarded and X-Forwarded-* say different things",
        ),
    ] {
        assert_eq!(seen(PROXY, &lines).await, wanted, "{lines:?}");
    }
}

#[tokio::test]
async fn untrusted_peers() {
    let lines = [
        ("forwarded", "for=junk"),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "a.b"),
    ];
    let peer = "192.0.2.9:5000";
    assert_eq!(seen(peer, &lines).await, "192.0.2.9:5000 http inner:8080");
    assert_eq!(resolved(peer, &lines).headers().len(), 1);
    assert_eq!(resolved(PROXY, &lines[1..]).headers().len(), 4);
}

#[tokio::test]
async fn long_fields() {
    let many = vec!["10.0.0.2"; 1_100].join(",");
    let chain = format!("192.0.2.1,{many}");
    let line = [("x-forwarded-for", chain.as_str())];
    assert_eq!(seen(PROXY, &line).await, "192.0.2.1 http inner:8080");
    let junk = "x".repeat(10_240);
    for name in ["forwarded", "x-forwarded-for"] {
        let sentence = seen(PROXY, &[(name, &junk)]).await;
        assert!(sentence.ends_with("is malformed"), "{sentence}");
    }
}
