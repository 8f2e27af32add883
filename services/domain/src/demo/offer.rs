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
    let added = match Stats::count(store).await?.is_empty() {
        true => Some(fill(store, SMALL, &mut |_, _| {}).await?),
        false => None,
    };
    let mut connection = store.write("demo.offer").await?;
    on_engine!(connection, |c| {
        sqlx::query("UPDATE hbnb_schema SET demo_offered = TRUE")
            .execute(c)
            .await
            .map(drop)
    })?;
    Ok(added)
}
