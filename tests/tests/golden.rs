//! The recorded exchanges of the original, against `hbnb serve` on both engines.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::golden::{PUBLIC, Reading, Tally, Targets, play, required_steps};
use rig::{Binary, Database, Server, Tool, announce, missing, test_database_url};
use std::path::Path;
use tempfile::TempDir;
use tokio::task::JoinSet;

const PLAYERS: usize = 8;
/// Failures written out; one fault makes many.
const SHOWN: usize = 25;

#[tokio::test]
async fn sqlite() {
    let folder = TempDir::new().unwrap();
    let server = serve(&sqlite_url(&folder), folder.path()).await;
    alone(&server, "sqlite").await;
}

#[tokio::test]
async fn postgres() {
    let Some(database) = postgres_database("golden scenarios on PostgreSQL") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve(database.url(), folder.path()).await;
    alone(&server, "postgres").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_crowd() {
    let folder = TempDir::new().unwrap();
    let server = serve(&sqlite_url(&folder), folder.path()).await;
    crowd(&server, "sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_crowd() {
    let Some(database) = postgres_database("eight golden players at once on PostgreSQL") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = serve(database.url(), folder.path()).await;
    crowd(&server, "postgres").await;
}

/// Twice over the same server: every scenario takes its data away again.
async fn alone(server: &Server, engine: &str) {
    let targets = Targets::site(server.base());
    let plain = play(PUBLIC, &targets, Reading::Plain, |_| true)
        .await
        .unwrap();
    announce(&format!("golden {engine}: {plain}"));
    let text = play(PUBLIC, &targets, Reading::TaskText, |_| true)
        .await
        .unwrap();
    announce(&format!("golden {engine}, task text: {text}"));
    let required = required_steps(PUBLIC, &targets, |_| true).unwrap();
    judge(&plain, required, server);
    judge(&text, required, server);
}

async fn crowd(server: &Server, engine: &str) {
    let mut players = JoinSet::new();
    for _ in 0..PLAYERS {
        let targets = Targets::site(server.base());
        players.spawn(async move {
            play(PUBLIC, &targets, Reading::Plain, bears_company)
                .await
                .unwrap()
        });
    }
    let mut sum = Tally::default();
    players
        .join_all()
        .await
        .into_iter()
        .for_each(|tally| sum.add(tally));
    announce(&format!("golden {engine}, {PLAYERS} at once: {sum}"));
    let targets = Targets::site(server.base());
    let required = required_steps(PUBLIC, &targets, bears_company).unwrap();
    judge(&sum, PLAYERS * required, server);
}

/// The counts of `stats` are right only when nobody else writes.
fn bears_company(scenario: &str) -> bool {
    !scenario.starts_with("stats")
}

fn judge(tally: &Tally, required: usize, server: &Server) {
    let failures = tally
        .failures
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n");
    assert_eq!(
        tally.failed,
        0,
        "{failures}\nthe server said:\n{}",
        server.logs()
    );
    assert!(
        tally.passed >= required,
        "only {} of {required} steps were played",
        tally.passed
    );
}

async fn serve(database: &str, cwd: &Path) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let args = ["serve", "--database-url", database, "--no-demo"];
    Server::start(&binary, &args, &[], cwd).await.unwrap()
}

fn sqlite_url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("golden.db").display())
}

fn postgres_database(what: &str) -> Option<Database> {
    let Some(server) = test_database_url() else {
        missing(Tool::Postgres, what, "HBNB_TEST_DATABASE_URL is not set");
        return None;
    };
    Some(Database::create(&server).unwrap())
}
