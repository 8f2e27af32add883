//! A server that is away, refuses, or comes back.

use std::time::{Duration, Instant};

use domain::{Error, OpenError, Options, Pools, State, Store};

use crate::start;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_wrong_password_is_told_at_once() {
    let Some(postgres) = start(rig::Options::default().password("right")) else {
        return;
    };
    let url = postgres.url();
    let mut options = Options::new(url.replace(":right@", "@"));
    options.wait = LONG;
    options.password = Some("wrong".into());
    let begun = Instant::now();
    let error = Store::open(&options).await.map(drop).unwrap_err();
    assert!(matches!(error, OpenError::Refused { .. }), "{error}");
    assert!(error.to_string().contains("password authentication failed"));
    assert!(!error.to_string().contains("wrong"), "{error}");
    assert!(begun.elapsed() < LONG);

    options.password = Some("right".into());
    let store = Store::open(&options).await.unwrap();
    store.ping().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_server_that_does_not_come_is_named() {
    let port = rig::process::free_port().unwrap();
    let mut options = Options::new(format!("postgres://me:s3cret@127.0.0.1:{port}/hbnb"));
    options.wait = Duration::from_millis(500);
    let error = Store::open(&options)
        .await
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&format!(
            "postgres://me@127.0.0.1:{port}/hbnb could not be reached within 0.5s"
        )),
        "{error}"
    );
    assert!(!error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_server_that_comes_late_is_waited_for() {
    let Some(mut postgres) = start(rig::Options::default()) else {
        return;
    };
    postgres.stop().unwrap();
    let mut options = Options::new(postgres.url());
    options.wait = LONG;
    let opening = tokio::spawn(async move { Store::open(&options).await });
    tokio::task::yield_now().await;
    postgres.start_again().unwrap();
    let store = opening.await.unwrap().unwrap();
    store.ping().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_restarted_server_is_used_again() {
    let Some(mut postgres) = start(rig::Options::default()) else {
        return;
    };
    let store = Store::open(&Options::new(postgres.url())).await.unwrap();
    store.migrate().await.unwrap();
    let state = State::create(&store, "Kept".into()).await.unwrap();
    postgres.stop().unwrap();
    assert!(store.ping().await.is_err());
    postgres.start_again().unwrap();
    let deadline = Instant::now() + LONG;
    let found = loop {
        match State::find(&store, state.id).await {
            Ok(found) => break found,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
    };
    assert_eq!(found, Some(state));
    store.close().await;
}

#[tokio::test]
async fn a_server_that_stands_still_is_given_up() {
    let Some(postgres) = start(rig::Options::default()) else {
        return;
    };
    let options = Options::new(postgres.url());
    let store = Store::open(&options).await.unwrap();
    store.migrate().await.unwrap();
    let state = State::create(&store, "Kept".into()).await.unwrap();

    let paused = postgres.pause().unwrap();
    for query in ["on a connection in use", "on one that was idle", "on none"] {
        let begun = Instant::now();
        let error = State::find(&store, state.id).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{query}: {error}");
        assert!(begun.elapsed() < options.statement_timeout / 2, "{query}");
    }
    drop(paused);
    let well = async || Ok(State::find(&store, state.id).await.is_ok());
    rig::until("the server answers again", LONG, well)
        .await
        .unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_slow_statement_is_waited_for() {
    let Some(postgres) = start(rig::Options::default()) else {
        return;
    };
    let store = Store::open(&Options::new(postgres.url())).await.unwrap();
    store.migrate().await.unwrap();
    let Pools::Postgres(pool) = store.pools().clone() else {
        panic!("this is PostgreSQL");
    };
    let mut lock = pool.begin().await.unwrap();
    sqlx::query("LOCK TABLE states")
        .execute(&mut *lock)
        .await
        .unwrap();

    let begun = Instant::now();
    let writing = tokio::spawn({
        let store = store.clone();
        async move { State::create(&store, "Slow".into()).await }
    });
    let long = async || Ok(begun.elapsed() > Duration::from_secs(5));
    rig::until("it takes long", LONG, long).await.unwrap();
    lock.commit().await.unwrap();
    writing.await.unwrap().unwrap();
    store.close().await;
}
