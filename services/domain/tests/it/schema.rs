//! The schema, and which programs may run on it.

use domain::testing::execute;
use domain::{OpenError, Options, Pools, Schema, Store, newest_schema};

use crate::each_engine;

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
