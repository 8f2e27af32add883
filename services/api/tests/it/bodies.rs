//! Bodies that are no JSON object, on every route that reads one.

use axum::body::Body;
use axum::http::header;
use futures_util::stream;
use serde_json::json;

use crate::harness::{Api, JSON, at, each_engine, open, request};
use crate::world::World;

/// Every route with a body, and one that it takes.
pub(crate) const WRITES: [(&str, &str, &str); 13] = [
    ("POST", "/states", r#"{"name":"x"}"#),
    ("PUT", "/states/{state}", r#"{"name":"x"}"#),
    ("POST", "/states/{state}/cities", r#"{"name":"x"}"#),
    ("PUT", "/cities/{city}", r#"{"name":"x"}"#),
    ("POST", "/amenities", r#"{"name":"x"}"#),
    ("PUT", "/amenities/{amenity}", r#"{"name":"x"}"#),
    ("POST", "/users", r#"{"email":"x","password":"x"}"#),
    ("PUT", "/users/{user}", r#"{"first_name":"x"}"#),
    (
        "POST",
        "/cities/{city}/places",
        r#"{"user_id":"{user}","name":"x"}"#,
    ),
    ("PUT", "/places/{place}", r#"{"name":"x"}"#),
    (
        "POST",
        "/places/{place}/reviews",
        r#"{"user_id":"{user}","text":"x"}"#,
    ),
    ("PUT", "/reviews/{review}", r#"{"text":"x"}"#),
    ("POST", "/places_search", r#"{"states":[]}"#),
];

/// Sends the bytes to every route; all refuse them with this error.
async fn refuse(api: &Api, world: &World, content_type: &str, bytes: &[u8], error: &str) {
    for (method, path, _) in WRITES {
        let reply = api
            .raw(method, &world.path(path), content_type, bytes.to_vec())
            .await;
        reply.refused(400, error);
    }
}

#[tokio::test]
async fn broken() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let before = api.stats().await;
        let deep = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
        let deep = [br#"{"name":"#.as_slice(), &deep, b"}"].concat();
        let broken: [&[u8]; 17] = [
            b"",
            b" ",
            b"nope",
            b"null",
            b"{\"name\":\"x\"",
            b"{\"name\":\"x\"} x",
            b"{\"name\":\"x\"}{}",
            b"{'name':'x'}",
            b"{\"name\":\"x\",}",
            b"{\"name\":NaN}",
            b"{\"name\":1e400}",
            b"{\"name\":\"\xff\"}",
            b"\xff\xfe{\x00}\x00",
            b"{\"name\":\"\\ud83c\"}",
            b"{\"name\":\"\\udfe1\\ud83c\"}",
            b"{\"name\":\"a\nb\"}",
            &deep,
        ];
        for bytes in broken {
            refuse(&api, &world, JSON, bytes, "Not a JSON").await;
        }
        assert_eq!(api.stats().await, before);
    })
    .await;
}

#[tokio::test]
async fn no_objects() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for bytes in [
            "[]",
            "[{\"name\":\"x\"}]",
            "\"name\"",
            "\"\"",
            "1",
            "2.5",
            "true",
            "false",
        ] {
            refuse(&api, &world, JSON, bytes.as_bytes(), "Not a JSON object").await;
        }
    })
    .await;
}

#[tokio::test]
async fn other_types() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for other in [
            "",
            "text/plain",
            "text/json",
            "application/",
            "application/jsonp",
            "application/x-www-form-urlencoded",
            "json",
            "text/x+json",
            "application/octet-stream; x=application/json",
        ] {
            refuse(&api, &world, other, br#"{"name":"x"}"#, "Not a JSON").await;
        }
        for (method, path, body) in WRITES {
            let unlabelled = request(method, &at(&world.path(path)));
            let reply = api.send(unlabelled.body(Body::from(body)).unwrap()).await;
            reply.refused(400, "Not a JSON");
        }
    })
    .await;
}

#[tokio::test]
async fn json_types() {
    each_engine(|api| async move {
        for label in [
            "application/json; charset=utf-8",
            "application/json;charset=utf-8",
            "Application/JSON",
            "application/vnd.x+json",
            "APPLICATION/LD+JSON; profile=x",
        ] {
            api.raw("POST", "/states", label, r#"{"name":"x"}"#)
                .await
                .is(201);
        }
    })
    .await;
}

#[tokio::test]
async fn good() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        for (method, path, body) in WRITES {
            let (path, body) = (world.path(path), world.path(body));
            for body in [
                body.clone(),
                format!("\u{feff}{body}"),
                format!(" \n\t{body}\r\n "),
            ] {
                let status = api.raw(method, &path, JSON, body).await.status;
                assert!(status == 200 || status == 201, "{method} {path}: {status}");
            }
        }
        let twice = r#"{"name":5,"name":"a","name":"b"}"#;
        let made = api.raw("POST", "/states", JSON, twice).await.is(201);
        assert_eq!(made.json()["name"], "b");
        let pair = r#"{"name":"\ud83c\udfe1\u00e9"}"#;
        let made = api.raw("POST", "/states", JSON, pair).await.is(201);
        assert_eq!(made.json()["name"], "\u{1f3e1}\u{e9}");
    })
    .await;
}

/// A body of these pieces, whose length nobody announced.
fn chunked(pieces: usize) -> Body {
    let piece = || Ok::<_, std::io::Error>(" ".repeat(30));
    Body::from_stream(stream::iter((0..pieces).map(move |_| piece())))
}

#[tokio::test]
async fn too_large() {
    each_engine(|api| async move {
        let world = World::new(&api).await;
        let mut manners = open();
        manners.body_limit = 60;
        let api = api.with(manners);
        let error = "The body has more than 60 bytes";
        for (method, path, _) in WRITES {
            let path = world.path(path);
            api.raw(method, &path, JSON, " ".repeat(61))
                .await
                .refused(413, error);
            api.raw(method, &path, JSON, chunked(3))
                .await
                .refused(413, error);
            api.raw(method, &path, JSON, " ".repeat(60))
                .await
                .refused(400, "Not a JSON");
            api.raw(method, &path, JSON, chunked(2))
                .await
                .refused(400, "Not a JSON");
        }
        let expects = request("POST", &at("/states")).header(header::EXPECT, "100-continue");
        let reply = api
            .send(expects.body(Body::from(" ".repeat(61))).unwrap())
            .await;
        reply.refused(413, error);
        api.post("/states", json!({"name": "Utah"})).await.is(201);
    })
    .await;
}
