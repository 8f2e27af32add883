//! The demo of a first start.

use super::{SMALL, fill};
use crate::store::on_engine;
use crate::{Counts, Result, Stats, Store};

/// Puts the small demo into a database that has no row, once in its life: whoever took it away, or emptied the database,
/// does not get it again. Returns the rows added, if it was put in.
pub async fn offer(store: &Store) -> Result<Option<Counts>> {
    let mut connection = store.read("demo.offered").await?;
    let offered: bool = on_engine!(connection, |c| {
        sqlx::query_scalar("SELECT demo_offered FROM hbnb_schema")
            .fetch_one(c)
            .await
    })?;
    drop(connection);
    if offered {
        return Ok(None);
    }
    let mut tx = store.begin("demo.offer").await?;
    // Of several that start at once one finds this to be so; the others wait until it has put the demo in.
    let first = on_engine!(tx, |c| {
        sqlx::query("UPDATE hbnb_schema SET demo_offered = TRUE WHERE NOT demo_offered")
            .execute(c)
            .await
            .map(|done| done.rows_affected() > 0)
    })?;
    let mut added = None;
    if first && Stats::count_in(&mut tx).await?.is_empty() {
        let added = added.insert(Counts::default());
        fill::add(&mut tx, 0, SMALL.into(), added).await?;
    }
    tx.commit().await?;
    Ok(added)
}
