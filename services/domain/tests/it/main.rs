//! The stories of the data, each told on both engines.

#![cfg(test)]

mod connection;
mod deadlock;
mod demo;
mod export;
mod import;
mod import_nothing;
mod import_refusals;
mod measures;
mod round_trip;
mod schema;
mod sorted_search;
mod turns;
mod users;
mod waiting;

use domain::Store;

/// Runs the story on a fresh SQLite file and on a fresh PostgreSQL database.
async fn each_engine<F>(story: impl Fn(Store) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = rig::test_database_url();
    if server.is_none() {
        rig::missing(
            rig::Tool::Postgres,
            "the PostgreSQL half of a story",
            "HBNB_TEST_DATABASE_URL is not set; make test sets it",
        );
    }
    domain::testing::each_engine(server, story).await;
}

/// A PostgreSQL for this test alone; without the programs the test is skipped.
fn start(options: rig::Options) -> Option<rig::Postgres> {
    rig::Postgres::start_for("a story about PostgreSQL's connections", options).unwrap()
}
