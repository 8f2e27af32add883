//! Which rows of a list to read, and in which order.

use sqlx::{Database, Encode, QueryBuilder, Type};

use crate::{Id, Timestamp};

/// An order of rows, and the row after which to begin in it; the beginning without one. Rows that it does not tell apart
/// come by their ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// By id.
    Id(Option<Id>),
    /// By name, code point by code point.
    Name(Option<(String, Id)>),
    /// By the time of creation, the latest first.
    Newest(Option<(Timestamp, Id)>),
}

/// A part of an ordered list: at most `limit` rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// The order, and where in it the page begins.
    pub order: Order,
    /// The greatest number of rows.
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows by id.
    pub fn first(limit: u32) -> Page {
        let order = Order::Id(None);
        Page { order, limit }
    }

    /// The `limit` rows that follow the row `id`, by id.
    pub fn after(id: Id, limit: u32) -> Page {
        let order = Order::Id(Some(id));
        Page { order, limit }
    }

    /// Ends a query with this page of it: what comes after the row where the page begins, the order and the limit.
    /// `joint` is what the condition follows: ` WHERE ` or ` AND `.
    pub(crate) fn push<'a, DB: Database>(&'a self, query: &mut QueryBuilder<'a, DB>, joint: &str)
    where
        Id: Encode<'a, DB> + Type<DB>,
        Timestamp: Encode<'a, DB> + Type<DB>,
        &'a str: Encode<'a, DB> + Type<DB>,
        i64: Encode<'a, DB> + Type<DB>,
    {
        match &self.order {
            Order::Id(None) | Order::Name(None) | Order::Newest(None) => &mut *query,
            Order::Id(Some(id)) => query.push(joint).push("id > ").push_bind(*id),
            Order::Name(Some((name, id))) => query
                .push(joint)
                .push("(name, id) > (")
                .push_bind(name.as_str())
                .push(", ")
                .push_bind(*id)
                .push(")"),
            // The first condition says nothing that the second does not, but it is one that an index can begin at.
            Order::Newest(Some((time, id))) => query
                .push(joint)
                .push("created_at <= ")
                .push_bind(*time)
                .push(" AND (created_at < ")
                .push_bind(*time)
                .push(" OR id > ")
                .push_bind(*id)
                .push(")"),
        };
        let columns = match &self.order {
            Order::Id(_) => "id",
            Order::Name(_) => "name, id",
            Order::Newest(_) => "created_at DESC, id",
        };
        query
            .push(" ORDER BY ")
            .push(columns)
            .push(" LIMIT ")
            .push_bind(i64::from(self.limit));
    }
}
