//! Taking the demo away, and nothing else.

use std::fmt;

use super::identity::ALL;
use crate::store::{Engine, Store, Tx, on_engine};
use crate::{Counts, Id, Result};

/// Rows per transaction.
const BATCH: i64 = 1_000;

/// What became of the demo's rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Rows that are gone.
    pub removed: Counts,
    /// Demo rows that stay, since rows that are not of the demo need them.
    pub kept: Counts,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} removed", self.removed)?;
        if self.kept.total() > 0 {
            write!(f, "; {} kept, which other rows need", self.kept)?;
        }
        Ok(())
    }
}

/// One table in the order of removal: whatever refers to a row is looked at before the row.
struct Step {
    table: &'static str,
    /// The column of `place_amenity` that refers to this table, whose links go along.
    link: Option<&'static str>,
    /// When a row may go: nothing refers to it any more but its links.
    free: &'static str,
    count: fn(&mut Counts) -> &mut u64,
}

const STEPS: [Step; 6] = [
    Step {
        table: "reviews",
        link: None,
        free: "1 = 1",
        count: |counts| &mut counts.reviews,
    },
    Step {
        table: "places",
        link: Some("place_id"),
        free: "NOT EXISTS (SELECT 1 FROM reviews r WHERE r.place_id = t.id)",
        count: |counts| &mut counts.places,
    },
    Step {
        table: "amenities",
        link: Some("amenity_id"),
        // The link of a demo place holds no amenity back: it is a row of the demo itself.
        free: "NOT EXISTS (SELECT 1 FROM place_amenity o
                   WHERE o.amenity_id = t.id AND (o.place_id < $3 OR o.place_id > $4))",
        count: |counts| &mut counts.amenities,
    },
    Step {
        table: "users",
        link: None,
        free: "NOT EXISTS (SELECT 1 FROM places p WHERE p.user_id = t.id)
               AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.user_id = t.id)",
        count: |counts| &mut counts.users,
    },
    Step {
        table: "cities",
        link: None,
        free: "NOT EXISTS (SELECT 1 FROM places p WHERE p.city_id = t.id)",
        count: |counts| &mut counts.cities,
    },
    Step {
        table: "states",
        link: None,
        free: "NOT EXISTS (SELECT 1 FROM cities c WHERE c.state_id = t.id)",
        count: |counts| &mut counts.states,
    },
];

/// Removes the demo's rows, except those that a row which is not of the demo refers to, and what these need in turn: the
/// city, the state and the owner of a kept place. `progress` hears of the rows looked at and of all of them.
pub async fn remove(store: &Store, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Removed> {
    let total = count(store).await?;
    let mut outcome = Removed::default();
    let mut done = 0;
    progress(done, total);
    for step in &STEPS {
        let mut from = Some(*ALL.start());
        while let Some(first) = from {
            let mut tx = store.begin("demo.remove").await?;
            let ids = step.slice(&mut tx, first).await?;
            let Some(last) = ids.last().copied() else {
                break;
            };
            let removed = step.remove(&mut tx, first, last, &mut outcome).await?;
            tx.commit().await?;
            let seen = ids.len() as u64;
            *(step.count)(&mut outcome.removed) += removed;
            *(step.count)(&mut outcome.kept) += seen.saturating_sub(removed);
            done += seen;
            // Rows that come while this runs are in no count made before it.
            progress(done.min(total), total);
            from = last.successor();
        }
    }
    Ok(outcome)
}

impl Step {
    /// The next demo rows of this table, by id from `first` on. On PostgreSQL they are locked, so that nothing new can
    /// refer to them between the look at what does and the removal.
    async fn slice(&self, tx: &mut Tx, first: Id) -> Result<Vec<Id>> {
        let lock = match tx.engine {
            Engine::Postgres(_) => "FOR UPDATE",
            Engine::Sqlite(_) => "",
        };
        let sql = format!(
            "SELECT id FROM {} WHERE id >= $1 AND id <= $2 ORDER BY id LIMIT $3 {lock}",
            self.table
        );
        let found: Vec<(Id,)> = on_engine!(*tx, |c| {
            sqlx::query_as(&sql)
                .bind(first)
                .bind(*ALL.end())
                .bind(BATCH)
                .fetch_all(c)
                .await
        })?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Removes what may go between two ids, the links first; returns the number of rows without the links.
    async fn remove(&self, tx: &mut Tx, first: Id, last: Id, outcome: &mut Removed) -> Result<u64> {
        let Step {
            table, link, free, ..
        } = self;
        let going =
            format!("FROM {table} AS t WHERE t.id >= $1 AND t.id <= $2 AND $3 <= $4 AND {free}");
        if let Some(link) = link {
            let sql = format!("DELETE FROM place_amenity WHERE {link} IN (SELECT t.id {going})");
            outcome.removed.links += delete(tx, &sql, first, last).await?;
        }
        delete(tx, &format!("DELETE {going}"), first, last).await
    }
}

async fn delete(tx: &mut Tx, sql: &str, first: Id, last: Id) -> Result<u64> {
    let done = on_engine!(*tx, |c| {
        sqlx::query(sql)
            .bind(first)
            .bind(last)
            .bind(*ALL.start())
            .bind(*ALL.end())
            .execute(c)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(done)
}

/// The number of demo rows, links not counted.
async fn count(store: &Store) -> Result<u64> {
    let mut connection = store.read("demo.count").await?;
    let mut total = 0;
    for step in &STEPS {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE id >= $1 AND id <= $2",
            step.table
        );
        let found: i64 = on_engine!(connection, |c| {
            sqlx::query_scalar(&sql)
                .bind(*ALL.start())
                .bind(*ALL.end())
                .fetch_one(c)
                .await
        })?;
        total += u64::try_from(found).unwrap_or(0);
    }
    Ok(total)
}
