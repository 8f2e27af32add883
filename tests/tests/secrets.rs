//! What must never stand in a log, looked for in the most talkative one.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use rig::http::send;
use rig::{Binary, Collector, Options, Postgres, Server};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);
const TOKEN: &str = "token-7c1e0f";
const WRONG_TOKEN: &str = "wrong-52ab9d";
const PASSWORD: &str = "password-93d0aa";
const NEW_PASSWORD: &str = "changed-b27f14";
const DATABASE_PASSWORD: &str = "database-e80c66";
const COLLECTOR_KEY: &str = "collector-41fd07";

async fn ask(server: &Server, method: &str, path: &str, token: &str, body: &str) -> (u16, String) {
    let authorization = format!("Bearer {token}");
    let headers = [
        ("Content-Type", "application/json"),
        ("Authorization", &authorization),
    ];
    let body = Some(body.as_bytes().to_vec());
    let reply = send(server.base(), method, path, &headers, body, PATIENCE)
        .await
        .unwrap();
    (reply.status, reply.text().into_owned())
}

/// Writes with the right token and a wrong one, passwords right and malformed, and a query string with a secret in it.
async fn use_secrets(server: &Server) {
    let user = format!(r#"{{"email": "ada@example.com", "password": "{PASSWORD}"}}"#);
    let users = "/api/v1/users";
    let (status, said) = ask(server, "POST", users, TOKEN, &user).await;
    assert_eq!(status, 201, "{said}");
    let id = said.split(r#""id":""#).nth(1).unwrap()[..36].to_owned();
    let change = format!(r#"{{"password": "{NEW_PASSWORD}"}}"#);
    let one = format!("{users}/{id}");
    assert_eq!(ask(server, "PUT", &one, TOKEN, &change).await.0, 200);
    assert_eq!(ask(server, "POST", users, WRONG_TOKEN, &user).await.0, 401);
    let torn = &user[..user.len() - 1];
    assert_eq!(ask(server, "POST", users, TOKEN, torn).await.0, 400);
    let asked = format!("{users}?token={TOKEN}&limit=1");
    assert_eq!(ask(server, "GET", &asked, TOKEN, "").await.0, 200);
}

async fn tells_nothing(database: &[(&str, &str)]) {
    for (format, protocol) in [
        ("text", "http/protobuf"),
        ("text", "grpc"),
        ("json", "http/protobuf"),
        ("json", "grpc"),
    ] {
        let logs = logs(database, format, protocol).await;
        assert!(logs.contains("/api/v1/users"), "{logs}");
        for secret in [
            TOKEN,
            WRONG_TOKEN,
            PASSWORD,
            NEW_PASSWORD,
            DATABASE_PASSWORD,
            COLLECTOR_KEY,
            "argon2id",
        ] {
            let line = logs.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{format}, {protocol}: {secret}");
        }
    }
}

/// What a server logs that was given secrets, and used them.
async fn logs(database: &[(&str, &str)], format: &str, protocol: &str) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    let collector = Collector::start().await.unwrap();
    let (endpoint, headers) = (collector.url(), format!("x-key={COLLECTOR_KEY}"));
    let own = [
        ("HBNB_API_TOKEN_FILE", file.to_str().unwrap()),
        ("HBNB_LOG", "trace"),
        ("HBNB_LOG_FORMAT", format),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
    ];
    let envs = [&own[..], database].concat();
    let binary = Binary::named("hbnb").unwrap();
    let mut server = Server::start(&binary, &["serve", "--no-demo"], &envs, folder.path())
        .await
        .unwrap();
    use_secrets(&server).await;
    server.terminate().unwrap();
    server.wait(PATIENCE).await.unwrap();
    let span = collector.span("POST /api/v1/users").await.unwrap();
    assert_eq!(span.headers["x-key"], COLLECTOR_KEY);
    server.logs()
}

#[tokio::test]
async fn on_sqlite() {
    tells_nothing(&[]).await;
}

#[tokio::test]
async fn on_postgres() {
    let options = Options::default().password(DATABASE_PASSWORD);
    let what = "secrets in the log on PostgreSQL";
    let Some(postgres) = Postgres::start_for(what, options).unwrap() else {
        return;
    };
    let there = format!("127.0.0.1:{}/postgres", postgres.port());
    let bare = format!("postgres://postgres@{there}");
    let whole = format!("postgres://postgres:{DATABASE_PASSWORD}@{there}");
    tells_nothing(&[
        ("HBNB_DATABASE_URL", &bare),
        ("HBNB_DATABASE_PASSWORD", DATABASE_PASSWORD),
    ])
    .await;
    tells_nothing(&[("HBNB_DATABASE_URL", &whole)]).await;
}
