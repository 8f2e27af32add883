//! A class of objects as the API shows it.

use domain::{Id, Order};
use serde::Serialize;

use crate::include::Part;

/// What `sort` and `include` may ask for. Each class says it in the file of its routes.
pub(crate) trait Resource: Serialize + Send + Sync + Sized + 'static {
    /// The orders of its lists, by their words; the first is the usual one.
    const ORDERS: &'static [(&'static str, Order)];
    /// What `include` may name.
    const PARTS: &'static [Part<Self>];

    /// The same order, from behind this row on.
    fn after(&self, order: &Order) -> Order;
}

pub(crate) const BY_ID: (&str, Order) = ("id", Order::Id(None));
pub(crate) const BY_NAME: (&str, Order) = ("name", Order::Name(None));
pub(crate) const NEWEST: (&str, Order) = ("newest", Order::Newest(None));

/// [`Resource::after`] for what has a name.
pub(crate) fn after_named(order: &Order, id: Id, name: &str) -> Order {
    match order {
        Order::Name(_) => Order::Name(Some((name.to_owned(), id))),
        _ => Order::Id(Some(id)),
    }
}
