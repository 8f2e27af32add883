//! The schema, and which programs may run on it.

use domain::testing::execute;
use domain::{OpenError, Options, Pools, Schema, Stats, Store, demo, newest_schema};

use prometheus::Registry;

use crate::each_engine;
use crate::measures::value;

async fn add_migration(store: &Store, version: i64) {
    let now = match store.pools() {
        Pools::Postgres(_) => "now()",
        Pools::Sqlite { .. } => "CURRENT_TIMESTAMP",
    };
    let columns = "version, description, installed_on, success, checksum, execution_time";
    let values = format!("{version}, 'of a later release', {now}, TRUE, '', 0");
    execute(
        store,
        &format!("INSERT INTO _sqlx_migrations ({columns}) VALUES ({values})"),
    )
    .await;
}

#[tokio::test]
async fn a_migration_may_be_repeated() {
    each_engine(|store| async move {
        assert_eq!(store.schema().await.unwrap(), Schema::Current);
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(store.schema().await.unwrap(), Schema::Current);
    })
    .await;
}

#[tokio::test]
async fn the_version_that_was_read_last_is_measured() {
    each_engine(|store| async move {
        let registry = Registry::new();
        store.meter().register(&registry).unwrap();
        let wanted = value(&registry, "db_schema_version_wanted").unwrap();
        let found = async || {
            store.schema().await.unwrap();
            value(&registry, "db_schema_version_found").unwrap()
        };
        assert_eq!(found().await, wanted);
        add_migration(&store, newest_schema() + 1).await;
        assert_eq!(found().await, wanted + 1.0);
        execute(&store, "DELETE FROM _sqlx_migrations").await;
        assert_eq!(found().await, 0.0);
    })
    .await;
}

/// A schema that was not read yet is not taken to be missing.
#[tokio::test]
async fn nothing_is_measured_before() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    let store = Store::open(&Options::new(url)).await.unwrap();
    let registry = Registry::new();
    store.meter().register(&registry).unwrap();
    assert_eq!(value(&registry, "db_schema_version_found"), None);
    store.migrate().await.unwrap();
    assert_eq!(value(&registry, "db_schema_version_found"), Some(0.0));
}

#[tokio::test]
async fn a_newer_schema_that_admits_this_program_is_used() {
    each_engine(|store| async move {
        let found = newest_schema() + 1;
        add_migration(&store, found).await;
        assert_eq!(store.schema().await.unwrap(), Schema::Newer { found });
        store.migrate().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_may_shut_this_program_out() {
    each_engine(|store| async move {
        let oldest = newest_schema() + 1;
        add_migration(&store, oldest).await;
        execute(
            &store,
            &format!("UPDATE hbnb_schema SET oldest_program = {oldest}"),
        )
        .await;
        assert_eq!(
            store.schema().await.unwrap(),
            Schema::ProgramTooOld { oldest }
        );
        let error = store.migrate().await.unwrap_err();
        assert!(matches!(error, OpenError::ProgramTooOld { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn several_may_migrate_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("new.db").display());
    let migrate = || {
        let options = Options::new(&url);
        tokio::spawn(async move {
            let store = Store::open(&options).await.unwrap();
            assert!(matches!(
                store.schema().await.unwrap(),
                Schema::Missing | Schema::Current
            ));
            store.migrate().await.unwrap();
            store.schema().await.unwrap()
        })
    };
    let all = [migrate(), migrate(), migrate(), migrate()];
    for one in all {
        assert_eq!(one.await.unwrap(), Schema::Current);
    }
}

/// What a program of schema 1 has made of the schema.
const BACK_TO_1: [&str; 10] = [
    "DROP INDEX states_name",
    "DROP INDEX cities_state_name",
    "DROP INDEX amenities_name",
    "DROP INDEX users_email",
    "DROP INDEX places_name",
    "DROP INDEX places_city_name",
    "DROP INDEX places_user_name",
    "DROP INDEX places_user",
    "CREATE INDEX places_user ON places (user_id)",
    "DROP INDEX reviews_place_newest",
];

#[tokio::test]
async fn a_filled_database_of_schema_1_is_brought_up_to_date() {
    each_engine(|store| async move {
        for sql in BACK_TO_1 {
            execute(&store, sql).await;
        }
        execute(&store, "DELETE FROM _sqlx_migrations WHERE version > 1").await;
        demo::fill(&store, 50, &mut |_, _| {}).await.unwrap();
        let before = Stats::count(&store).await.unwrap();
        assert_eq!(store.schema().await.unwrap(), Schema::Missing);
        store.migrate().await.unwrap();
        assert_eq!(store.schema().await.unwrap(), Schema::Current);
        assert_eq!(Stats::count(&store).await.unwrap(), before);
        // The mark is still 1: programs of schema 1 run on it too.
        execute(
            &store,
            "UPDATE hbnb_schema SET oldest_program = 5 WHERE oldest_program = 1",
        )
        .await;
        let oldest = 5;
        assert_eq!(
            store.schema().await.unwrap(),
            Schema::ProgramTooOld { oldest }
        );
    })
    .await;
}

/// A delete that cascades would scan the table of every foreign key without one.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    each_engine(|store| async move {
        let bare: Vec<String> = match store.pools() {
            Pools::Postgres(pool) => sqlx::query_scalar(
                "SELECT conrelid::regclass || ' ' || conname FROM pg_constraint c WHERE contype = 'f'
                 AND NOT EXISTS (SELECT 1 FROM pg_index i
                     WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])",
            )
            .fetch_all(pool)
            .await
            .unwrap(),
            Pools::Sqlite { readers, .. } => sqlx::query_scalar(
                "SELECT t.name || ' ' || f.\"from\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f
                 WHERE t.type = 'table' AND NOT EXISTS (
                     SELECT 1 FROM pragma_index_list(t.name) l, pragma_index_info(l.name) i
                     WHERE i.seqno = 0 AND i.name = f.\"from\")",
            )
            .fetch_all(readers)
            .await
            .unwrap(),
        };
        assert_eq!(bare, [""; 0]);
    })
    .await;
}
