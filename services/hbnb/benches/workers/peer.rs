//! The API with all its layers, served as an axum program usually is.

use std::process::ExitCode;

use api::Manners;
use domain::{Options, Store};
use kit::admin::Health;
use kit::layers::{self, Terms};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// Serves until it is killed, and says where.
pub(crate) fn serve(form: &str) -> ExitCode {
    let mut runtime = match form {
        "axum, one thread" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    runtime.enable_all().build().unwrap().block_on(answer());
    ExitCode::SUCCESS
}

async fn answer() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("bench.db");
    let options = Options::new(format!("sqlite:{}", file.display()));
    let store = Store::open(&options).await.unwrap();
    let manners = Manners {
        body_limit: 1 << 20,
        token: None,
        cors_origins: "*".to_owned(),
    };
    let api = api::app(store, manners);
    let health = Health::new();
    health.started();
    let router = layers::apply(api, &health, &Terms::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router.into_make_service())
        .await
        .unwrap();
}
