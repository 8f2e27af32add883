//! The front of the containers: who is known by which address, how much may be written, what is said when nobody is there.

use crate::world::{can_have, plays, site};
use rig::half::without_an_end;
use rig::http::{Reply, get, send};
use rig::{Compose, inspect, until};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The longest body that is taken.
const MOST: usize = 1 << 20;
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_known_by_its_own_address() {
    if !can_have("addresses behind the edge") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    let front = inspect(&format!("{}_front", compose.project()))
        .await
        .unwrap();
    let gateway = front["IPAM"]["Config"][0]["Gateway"]
        .as_str()
        .unwrap()
        .to_owned();

    let forged = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-request-id", "forged"),
    ];
    let reply = ask(&compose, "GET", "/api/v1/states", &forged, None).await;
    assert_eq!(reply.header("x-request-id"), Some("forged"));
    let line = logged(&compose, "api", "forged").await;
    assert_eq!(
        line["peer"].as_str().unwrap().split(':').next(),
        Some(&*gateway),
        "{line}"
    );
    let line = logged(&compose, "edge", "forged").await;
    assert_eq!(line["peer"], *gateway, "{line}");
    assert_eq!(line["upstream_status"], "200", "{line}");

    // The same from a proxy that is trusted: Docker's gateway stands for it.
    let mut compose = compose.env(
        "HBNB_TRUSTED_NETWORKS",
        "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
    );
    compose.up(&[]).await.unwrap();
    let told = [
        ("x-forwarded-for", "198.51.100.1, 203.0.113.7"),
        ("x-request-id", "told"),
    ];
    ask(&compose, "GET", "/api/v1/states", &told, None).await;
    for service in ["edge", "api"] {
        let line = logged(&compose, service, "told").await;
        assert!(
            line["peer"].as_str().unwrap().starts_with("203.0.113.7"),
            "{line}"
        );
    }
    plays(&compose.base(), "behind a trusted proxy").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_can_be_limited() {
    if !can_have("a limit for writes") {
        return;
    }
    let mut compose = site()
        .env("HBNB_WRITE_RATE", "1")
        .env("HBNB_WRITE_BURST", "3");
    compose.up(&[]).await.unwrap();
    let mut answers = Vec::new();
    for number in 0..8 {
        answers.push(write(&compose, &format!("State {number}")).await);
    }
    let refused: Vec<&Reply> = answers.iter().filter(|reply| reply.status == 429).collect();
    assert!(answers.iter().take(4).all(|reply| reply.status == 201));
    assert!(refused.len() >= 2, "{answers:?}");
    for reply in refused {
        assert_eq!(reply.header("retry-after"), Some("1"));
        let error = reply.json().unwrap()["error"].as_str().unwrap().to_owned();
        assert!(error.contains("Too many changes"), "{error}");
    }
    // Each address has a limit of its own, behind a proxy that is trusted.
    let mut compose = compose.env(
        "HBNB_TRUSTED_NETWORKS",
        "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
    );
    compose.up(&[]).await.unwrap();
    for client in ["203.0.113.7", "203.0.113.8"] {
        let mut answers = Vec::new();
        for number in 0..8 {
            let name = format!("{client} {number}");
            answers.push(write_from(&compose, client, &name).await.status);
        }
        assert_eq!(answers[..4], [201; 4], "{client}: {answers:?}");
        assert!(answers.contains(&429), "{client}: {answers:?}");
    }
    // Reading is not limited.
    for _ in 0..20 {
        assert_eq!(
            get(&compose.base(), "/api/v1/states").await.unwrap().status,
            200
        );
    }
    let patient = async || Ok(write(&compose, "Later").await.status == 201);
    until("another write", LIMIT, patient).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_answers_for_services_that_are_away() {
    if !can_have("an edge without services") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    let large = vec![b'a'; MOST + 1];
    let reply = ask(&compose, "POST", "/api/v1/states", &[], Some(large.clone())).await;
    assert_eq!((reply.status, form(&reply)), (413, "json"));
    let reply = ask(&compose, "POST", "/places/new", &[], Some(large)).await;
    assert_eq!((reply.status, form(&reply)), (413, "html"));

    compose
        .run(&["stop", "--timeout", "0", "api"])
        .await
        .unwrap();
    let away = async || Ok(get(&compose.base(), "/api/v1/states").await?.status == 502);
    until("the API is seen to be away", LIMIT, away)
        .await
        .unwrap();
    let reply = get(&compose.base(), "/api/v1/states").await.unwrap();
    assert_eq!(form(&reply), "json");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    // The pages say it themselves.
    let page = get(&compose.base(), "/").await.unwrap();
    assert_eq!((page.status, form(&page)), (503, "html"));
    assert!(
        page.text().contains("/static/styles/site."),
        "the site's own frame"
    );

    compose
        .run(&["stop", "--timeout", "0", "web", "assets"])
        .await
        .unwrap();
    let away = async || Ok(get(&compose.base(), "/").await?.status == 502);
    until("the pages are seen to be away", LIMIT, away)
        .await
        .unwrap();
    let page = get(&compose.base(), "/places/1").await.unwrap();
    assert_eq!(form(&page), "html");
    assert!(page.text().contains("Holberton School"));
    let file = get(&compose.base(), "/static/styles/site.css")
        .await
        .unwrap();
    assert_eq!(file.status, 502);

    // An edge that starts before anybody else is there.
    compose
        .run(&["restart", "--timeout", "0", "edge"])
        .await
        .unwrap();
    let answers = async || {
        Ok(get(&compose.base(), "/")
            .await
            .is_ok_and(|page| page.status == 502))
    };
    until("the edge answers alone", LIMIT, answers)
        .await
        .unwrap();
    compose
        .run(&["start", "api", "web", "assets"])
        .await
        .unwrap();
    let back = async || Ok(get(&compose.base(), "/").await?.status == 200);
    until("the site is back", 3 * LIMIT, back).await.unwrap();
}

/// Of twice the memory that the edge may have, sent in bodies that lack their last byte.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_without_an_end_get_no_more_than_their_room() {
    if !can_have("an edge that is sent bodies without an end") {
        return;
    }
    let mut compose = site();
    compose.up(&[]).await.unwrap();
    let senders = (0..200).map(|_| without_an_end(compose.base(), MOST));
    let senders: JoinSet<_> = senders.collect();
    let held = senders.join_all().await;
    assert_eq!(write(&compose, "Meanwhile").await.status, 201);
    let held = held.into_iter().map(Result::unwrap);
    let mut answers: JoinSet<String> = held.map(answer).collect();
    let refused = timeout(LIMIT, answers.join_next()).await;
    let refused = refused.unwrap().unwrap().unwrap();
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains(r#"{"error": "#), "{refused}");
    // The others go.
    drop(answers);
    let said = compose.logs("edge").await.unwrap();
    assert!(!said.contains("exited on signal"), "{said}");
    // There is room again for one that is whole.
    let whole = async || {
        let (base, body) = (compose.base(), Some(vec![b' '; MOST]));
        let reply = send(&base, "POST", "/api/v1/states", &[], body, LIMIT).await;
        Ok(reply.is_ok_and(|reply| reply.status == 400))
    };
    until("a large body is passed on", LIMIT, whole)
        .await
        .unwrap();
}

/// What comes until the edge closes.
async fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // It closes what it has not read to the end.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// What kind of page of errors it is, which must not say more than it may.
fn form(reply: &Reply) -> &'static str {
    let text = reply.text();
    assert!(!text.contains("nginx"), "{text}");
    match reply.header("content-type") {
        Some("application/json") => {
            assert!(reply.json().unwrap()["error"].is_string());
            "json"
        }
        Some("text/html; charset=utf-8") => "html",
        other => panic!("{other:?}"),
    }
}

async fn write(compose: &Compose, name: &str) -> Reply {
    write_from(compose, "203.0.113.9", name).await
}

/// As somebody at this address, if the edge believes that.
async fn write_from(compose: &Compose, client: &str, name: &str) -> Reply {
    let body = json!({"name": name}).to_string().into_bytes();
    let head = [
        ("content-type", "application/json"),
        ("x-forwarded-for", client),
    ];
    ask(compose, "POST", "/api/v1/states", &head, Some(body)).await
}

async fn ask(
    compose: &Compose,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Vec<u8>>,
) -> Reply {
    send(&compose.base(), method, path, headers, body, LIMIT)
        .await
        .unwrap()
}

/// The line that a service wrote of a request, by its id.
async fn logged(compose: &Compose, service: &str, id: &str) -> Value {
    let mut found = None;
    let look = async || {
        let logs = compose.logs(service).await?;
        let mut lines = logs.lines().flat_map(serde_json::from_str::<Value>);
        found = lines.find(|line| line["request_id"] == id);
        Ok(found.is_some())
    };
    until("the line of the request", LIMIT, look).await.unwrap();
    found.unwrap()
}
