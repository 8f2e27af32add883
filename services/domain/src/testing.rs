//! A fresh database per test, on each engine.

#![expect(
    clippy::expect_used,
    reason = "a test without its database cannot go on"
)]

use std::panic::resume_unwind;

use tempfile::TempDir;

use crate::store::on_engine;
use crate::{Id, Options, Store};

/// Runs the story on a fresh SQLite file and, where the URL of a PostgreSQL server is given, on a fresh database of it.
/// The schema is there, and no row. Nothing stays behind, also when the story panics.
///
/// # Panics
/// When a database cannot be made, and when the story does.
pub async fn each_engine<F>(server: Option<String>, story: impl Fn(Store) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let folder = TempDir::new().expect("a temporary folder");
    let store = open(&format!(
        "sqlite:{}",
        folder.path().join("test.db").display()
    ))
    .await;
    story(store.clone()).await;
    store.close().await;
    if let Some(server) = server {
        on_postgres(&server, story).await;
    }
}

async fn on_postgres<F>(server: &str, story: impl Fn(Store) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let database = format!("test_{}", Id::random().to_string().replace('-', ""));
    let admin = Store::open(&Options::new(server))
        .await
        .expect("the test server");
    execute(&admin, &format!("CREATE DATABASE {database}")).await;
    let mut url = url::Url::parse(server).expect("the server's URL");
    url.set_path(&database);
    let store = open(url.as_str()).await;
    let told = tokio::spawn(story(store.clone())).await;
    store.close().await;
    execute(&admin, &format!("DROP DATABASE {database} WITH (FORCE)")).await;
    admin.close().await;
    if let Err(error) = told {
        resume_unwind(error.into_panic());
    }
}

async fn open(url: &str) -> Store {
    let store = Store::open(&Options::new(url))
        .await
        .expect("a fresh database");
    store.migrate().await.expect("the schema");
    store
}

/// Runs one statement as it is.
///
/// # Panics
/// When the database refuses it.
pub async fn execute(store: &Store, sql: &str) {
    let mut connection = store.write("testing").await.expect("a connection");
    on_engine!(connection, |c| sqlx::query(sql).execute(c).await.map(drop)).expect(sql);
}
