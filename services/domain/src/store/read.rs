//! The forms in which rows are read.

use std::collections::HashMap;

use sqlx::{Encode, FromRow, Postgres, QueryBuilder, Sqlite, Type};

use super::{Pools, Row, Store, on_engine};
use crate::id::IdList;
use crate::{Id, Page, Result};

/// A row, and what it belongs to: its column `belongs_to`.
#[derive(FromRow)]
pub(crate) struct Belonging<T> {
    belongs_to: Id,
    #[sqlx(flatten)]
    row: T,
}

/// Lists of rows, by what they belong to.
pub struct Lists<T> {
    found: HashMap<Id, Vec<T>>,
    /// From this id on lists were not read to their end.
    unread: Option<Id>,
}

impl<T> Lists<T> {
    /// The rows come sorted by what they belong to, at most one more than `most`.
    fn new(rows: Vec<Belonging<T>>, most: Option<u32>) -> Lists<T> {
        let last = most.and_then(|most| rows.get(most as usize));
        let unread = last.map(|row| row.belongs_to);
        let mut found: HashMap<Id, Vec<T>> = HashMap::new();
        for Belonging { belongs_to, row } in rows {
            found.entry(belongs_to).or_default().push(row);
        }
        Lists { found, unread }
    }

    /// The list of each of these ids that was read to its end, an empty one where there is nothing.
    pub fn whole(mut self, ids: &[Id]) -> impl Iterator<Item = (Id, Vec<T>)> {
        let ids = ids.iter().copied();
        let whole = ids.filter(move |id| self.unread.is_none_or(|unread| *id < unread));
        whole.map(move |id| (id, self.found.remove(&id).unwrap_or_default()))
    }
}

impl<T> Belonging<T> {
    /// The one row of each thing.
    pub(crate) fn single(rows: Vec<Belonging<T>>) -> HashMap<Id, T> {
        let pairs = rows.into_iter().map(|one| (one.belongs_to, one.row));
        pairs.collect()
    }
}

impl Store {
    /// The one row with this id that `select` finds; it has no condition of its own.
    pub(crate) async fn find<T: Row>(
        &self,
        query: &'static str,
        select: &'static str,
        id: Id,
    ) -> Result<Option<T>> {
        let sql = format!("{select} WHERE id = $1");
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| sqlx::query_as(&sql)
            .bind(id)
            .fetch_optional(c)
            .await)?)
    }

    /// The rows with these ids that `select` finds, in no order.
    pub(crate) async fn find_all<T: Row>(
        &self,
        query: &'static str,
        select: &'static str,
        ids: &[Id],
    ) -> Result<Vec<T>> {
        let sql = format!("{select} WHERE id IN ($1)");
        self.find_by(query, &sql, ids).await
    }

    /// All that `sql` finds by these ids, its one parameter, which stands in it as `IN ($1)`: one text for any number of
    /// them.
    pub(crate) async fn find_by<T: Row>(
        &self,
        query: &'static str,
        sql: &str,
        ids: &[Id],
    ) -> Result<Vec<T>> {
        let sql = self.by_ids(sql);
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| {
            sqlx::query_as(&sql).bind(IdList(ids)).fetch_all(c).await
        })?)
    }

    /// The lists that `sql` finds by these ids, as [`Store::find_by`] does; it sorts by `belongs_to` first. With `most`
    /// no more rows than that and one are read, so that the lists of the greatest ids may be left out.
    pub(crate) async fn find_lists<T: Row>(
        &self,
        query: &'static str,
        sql: &str,
        ids: &[Id],
        most: Option<u32>,
    ) -> Result<Lists<T>> {
        let Some(limit) = most.map(|most| i64::from(most) + 1) else {
            return Ok(Lists::new(self.find_by(query, sql, ids).await?, None));
        };
        let sql = self.by_ids(&format!("{sql} LIMIT $2"));
        let mut connection = self.read(query).await?;
        let rows = on_engine!(connection, |c| {
            let query = sqlx::query_as(&sql).bind(IdList(ids)).bind(limit);
            query.fetch_all(c).await
        })?;
        Ok(Lists::new(rows, most))
    }

    fn by_ids(&self, sql: &str) -> String {
        let any = match self.pools {
            Pools::Postgres(_) => "= ANY ($1)",
            Pools::Sqlite { .. } => "IN (SELECT value FROM json_each($1))",
        };
        sql.replace("IN ($1)", any)
    }

    /// A page of the rows that `select` finds.
    pub(crate) async fn list<T: Row>(
        &self,
        query: &'static str,
        select: &'static str,
        page: &Page,
    ) -> Result<Vec<T>> {
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| {
            let mut sql = QueryBuilder::new(select);
            page.push(&mut sql, " WHERE ");
            sql.build_query_as().fetch_all(c).await
        })?)
    }

    /// A page of the rows that `select` finds and that have this value in this column.
    pub(crate) async fn list_of<'a, T: Row, V>(
        &self,
        query: &'static str,
        select: &'static str,
        (column, value): (&'static str, V),
        page: &'a Page,
    ) -> Result<Vec<T>>
    where
        V: Encode<'a, Postgres> + Type<Postgres> + Encode<'a, Sqlite> + Type<Sqlite> + Send + 'a,
    {
        let mut connection = self.read(query).await?;
        Ok(on_engine!(connection, |c| {
            let mut sql = QueryBuilder::new(select);
            sql.push(" WHERE ").push(column).push(" = ");
            sql.push_bind(value);
            page.push(&mut sql, " AND ");
            sql.build_query_as().fetch_all(c).await
        })?)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{Options, Order, Timestamp, amenity, city, place, review, state, user};

    /// What SQLite does for a page of the rows with this value in this column, or of all rows.
    async fn plan(store: &Store, select: &str, column: Option<&str>, order: Order) -> String {
        let Pools::Sqlite { readers, .. } = store.pools() else {
            unreachable!("a SQLite URL")
        };
        let page = Page { order, limit: 9 };
        let mut sql = QueryBuilder::<Sqlite>::new("EXPLAIN QUERY PLAN ");
        sql.push(select);
        match column {
            Some(column) => {
                sql.push(" WHERE ").push(column).push(" = ").push_bind("x");
                page.push(&mut sql, " AND ");
            }
            None => page.push(&mut sql, " WHERE "),
        }
        type Step = (i64, i64, i64, String);
        let steps: Vec<Step> = sql.build_query_as().fetch_all(readers).await.unwrap();
        let steps: Vec<String> = steps.into_iter().map(|(_, _, _, step)| step).collect();
        steps.join("; ")
    }

    /// Else each slice of a long list would sort all the rest of it again.
    #[tokio::test]
    async fn no_page_is_sorted() {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("plan.db").display());
        let store = Store::open(&Options::new(url)).await.unwrap();
        store.migrate().await.unwrap();
        let by_id = || Order::Id(Some(Id::MIN));
        let by_name = || Order::Name(Some(("x".into(), Id::MIN)));
        let newest = || Order::Newest(Some((Timestamp::EPOCH, Id::MIN)));
        for (select, column, own) in [
            (state::SELECT, None, by_name()),
            (amenity::SELECT, None, by_name()),
            (user::SELECT, None, by_id()),
            (user::SELECT, Some("email"), by_id()),
            (city::SELECT, Some("state_id"), by_name()),
            (place::SELECT, None, by_name()),
            (place::SELECT, Some("city_id"), by_name()),
            (place::SELECT, Some("user_id"), by_name()),
            (review::SELECT, Some("place_id"), newest()),
        ] {
            for order in [by_id(), own] {
                let steps = plan(&store, select, column, order).await;
                assert!(steps.starts_with("SEARCH"), "{select} {column:?}: {steps}");
                assert!(!steps.contains("B-TREE"), "{select} {column:?}: {steps}");
            }
        }
        store.close().await;
    }
}
