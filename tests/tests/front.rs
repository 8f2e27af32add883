//! The rules of the front, in Debian's nginx: what holds whatever stands behind it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "front/stand.rs"]
mod stand;

use std::net::SocketAddr;
use std::time::Duration;

use rig::http::{Reply, get, send, stream};

use stand::{Front, Stand};

const LIMIT: Duration = Duration::from_secs(10);
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

/// The value of a field in a head.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[tokio::test]
async fn a_service_is_told_who_asks_and_how() {
    let mut service = Stand::says(OK).await;
    let Some(front) = Front::before(service.address, "") else {
        return;
    };
    let forged = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "elsewhere"),
        ("forwarded", "for=203.0.113.7"),
        ("x-request-id", "with space"),
        ("connection", "close"),
    ];
    let base = front.nginx.base();
    let reply = send(&base, "GET", "/api/v1/states?limit=1", &forged, None, LIMIT);
    assert_eq!(reply.await.unwrap().status, 200);
    let head = service.head().await;
    assert!(
        head.starts_with("get /api/v1/states?limit=1 http/1.1\r\n"),
        "{head}"
    );
    assert_eq!(field(&head, "x-forwarded-for"), Some("127.0.0.1"));
    assert_eq!(field(&head, "x-forwarded-proto"), Some("http"));
    let host = &base["http://".len()..];
    assert_eq!(field(&head, "host"), Some(host));
    assert_eq!(field(&head, "x-forwarded-host"), Some(host));
    assert_eq!(field(&head, "forwarded"), None);
    assert_eq!(field(&head, "connection"), None, "kept alive");

    // An id and a trace begin here, and are in the log.
    let line = front.line("GET", "/api/v1/states").await;
    let trace = line["trace_id"].as_str().unwrap();
    assert_eq!(field(&head, "x-request-id"), line["request_id"].as_str());
    let parent = field(&head, "traceparent").unwrap();
    assert_eq!(parent, format!("00-{trace}-{}-01", &trace[..16]));
    assert_eq!(line["upstream"], service.address.to_string());
    assert!(line["upstream_s"].as_str().unwrap().parse::<f64>().is_ok());
}

#[tokio::test]
async fn ids_of_the_client_go_on() {
    let mut service = Stand::says(OK).await;
    let Some(front) = Front::before(service.address, "") else {
        return;
    };
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let sent = [("traceparent", parent), ("x-request-id", "mine/1")];
    let base = front.nginx.base();
    send(&base, "GET", "/traced", &sent, None, LIMIT)
        .await
        .unwrap();
    let head = service.head().await;
    assert_eq!(field(&head, "traceparent"), Some(parent));
    assert_eq!(field(&head, "x-request-id"), Some("mine/1"));
    assert_eq!(
        front.line("GET", "/traced").await["trace_id"],
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    // What no tracer would take is replaced.
    for wrong in [
        "00-0-0-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    ] {
        send(&base, "GET", "/", &[("traceparent", wrong)], None, LIMIT)
            .await
            .unwrap();
        let head = service.head().await;
        assert_ne!(field(&head, "traceparent"), Some(wrong));
    }
}

/// A page in the site's look, JSON below `/api/`, and nothing of nginx in it.
fn is_told(reply: &Reply, path: &str, status: u16) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{path}: {text}");
    assert!(!text.contains("nginx"), "{text}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.header("x-request-id").is_some());
    if path.starts_with("/api/") {
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(reply.json().unwrap()["error"].is_string());
    } else {
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(text.contains(&format!("<title>{status} ")) && text.contains("Holberton School"));
    }
}

#[tokio::test]
async fn nobody_is_there() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], rig::process::free_port().unwrap()));
    let Some(front) = Front::before(nobody, "") else {
        return;
    };
    for path in ["/", "/api/v1/states", "/static/styles/site.css"] {
        let reply = get(&front.nginx.base(), path).await.unwrap();
        is_told(&reply, path, 502);
        assert_eq!(reply.header("retry-after"), Some("1"));
        is_told(&front.post(path, 10).await, path, 502);
        assert_eq!(front.line("POST", path).await["status"], 502);
        let head = send(&front.nginx.base(), "HEAD", path, &[], None, LIMIT)
            .await
            .unwrap();
        assert_eq!((head.status, head.body.len()), (502, 0));
    }
    is_told(
        &get(&front.nginx.base(), "/.front/error").await.unwrap(),
        "/",
        404,
    );
}

/// The service has it in hand when it fails: once more is harmless for what changes nothing, or nothing more.
#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() {
    let mut broken = Stand::says("HTTP/1.1 200 OK\r\n: without a name\r\n\r\n").await;
    let Some(front) = Front::before(broken.address, "") else {
        return;
    };
    for (method, path, times) in [
        ("GET", "/api/v1/states", 2),
        ("HEAD", "/api/v1/states", 2),
        ("PUT", "/api/v1/states", 2),
        ("DELETE", "/api/v1/states", 2),
        ("POST", "/api/v1/states", 1),
        ("POST", "/api/v1/places_search", 2),
    ] {
        let body = (method == "POST" || method == "PUT").then(|| b"{}".to_vec());
        let reply = send(&front.nginx.base(), method, path, &[], body, LIMIT).await;
        assert_eq!(reply.unwrap().status, 502, "{method}");
        assert_eq!(broken.asked(), times, "{method}");
    }
}

#[tokio::test]
async fn a_service_takes_too_long() {
    let silent = Stand::says("").await;
    let Some(front) = Front::before(silent.address, "") else {
        return;
    };
    for path in ["/", "/api/v1/states"] {
        let reply = get(&front.nginx.base(), path).await.unwrap();
        is_told(&reply, path, 504);
    }
}

#[tokio::test]
async fn a_body_is_as_large_as_ours_may_be() {
    let service = Stand::says(OK).await;
    let Some(front) = Front::before(service.address, "") else {
        return;
    };
    for path in ["/places/new", "/api/v1/states"] {
        assert_ne!(front.post(path, 1 << 20).await.status, 413);
        is_told(&front.post(path, (1 << 20) + 1).await, path, 413);
    }
}

#[tokio::test]
async fn writes_are_limited_where_a_target_says_so() {
    let service = Stand::says(OK).await;
    let settings = "limit_req_zone $hbnb_writer zone=hbnb_writes:1m rate=1r/s;
        limit_req zone=hbnb_writes burst=1 nodelay;
        limit_req_status 429;";
    let Some(front) = Front::before(service.address, settings) else {
        return;
    };
    for path in ["/places/new", "/api/v1/states"] {
        let mut last = front.post(path, 1).await;
        for _ in 0..3 {
            last = front.post(path, 1).await;
        }
        is_told(&last, path, 429);
        assert_eq!(last.header("retry-after"), Some("1"));
        for _ in 0..5 {
            assert_eq!(get(&front.nginx.base(), path).await.unwrap().status, 200);
        }
    }
    // To search is to read.
    for _ in 0..5 {
        let found = front.post("/api/v1/places_search", 1).await;
        assert_eq!(found.status, 200);
    }
}

/// The beginning of a list is passed on before its end is there.
#[tokio::test]
async fn lists_are_streamed() {
    let begun = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n";
    let service = Stand::says(begun).await;
    let Some(front) = Front::before(service.address, "") else {
        return;
    };
    let mut list = stream(&front.nginx.base(), "GET", "/api/v1/states", &[], None)
        .await
        .unwrap();
    assert_eq!(list.status, 200);
    assert_eq!(list.next().await.unwrap().unwrap(), "[");
    assert!(
        list.next().await.is_err(),
        "a list that breaks off is not whole"
    );
}
