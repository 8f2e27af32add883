//! Where a search looks.

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::id::IdList;
use crate::place_search::words::{POSTGRES, SQLITE};
use crate::store::{Store, on_engine};
use crate::{Id, Pools, Result};

/// The places in the scope from which on a list by name is walked and not sorted. So many are sorted in some
/// milliseconds, for each page again; a walk takes as long where they are one in a hundred places.
const MANY: i64 = 2_000;

/// All cities of these states, and these cities.
#[derive(Clone)]
pub(super) struct Scope {
    pub(super) states: Vec<Id>,
    pub(super) cities: Vec<Id>,
}

impl Scope {
    pub(super) fn is_nowhere(&self) -> bool {
        self.states.is_empty() && self.cities.is_empty()
    }

    /// Adds the condition that a place is in the scope, in these words.
    pub(super) fn push<'a, DB: Database>(
        &'a self,
        query: &mut QueryBuilder<'a, DB>,
        words: [&str; 3],
    ) where
        IdList<'a>: Encode<'a, DB> + Type<DB>,
    {
        let [before, between, after] = words;
        query
            .push(before)
            .push_bind(IdList(&self.states))
            .push(between)
            .push_bind(IdList(&self.cities))
            .push(after);
    }

    /// Whether there are many places in it; looks at no more of them than that takes.
    pub(super) async fn has_many(&self, store: &Store) -> Result<bool> {
        let words = match store.pools() {
            Pools::Postgres(_) => POSTGRES.gather,
            Pools::Sqlite { .. } => SQLITE.gather,
        };
        let mut connection = store.read("place.search_scope").await?;
        let few: i64 = on_engine!(connection, |c| {
            let mut sql =
                QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM places p WHERE true");
            self.push(&mut sql, words);
            sql.push(" LIMIT ").push_bind(MANY).push(") AS few");
            sql.build_query_scalar().fetch_one(c).await
        })?;
        Ok(few >= MANY)
    }
}
