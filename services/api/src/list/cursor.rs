//! A cursor: the row before a page, by what the list is ordered by.

use domain::{Id, Order};

/// The id of the row that the order begins behind and, after a dot, its name or time. Empty at the beginning.
pub(super) fn write(order: &Order) -> String {
    match order {
        Order::Id(None) | Order::Name(None) | Order::Newest(None) => String::new(),
        Order::Id(Some(id)) => id.to_string(),
        Order::Name(Some((name, id))) => format!("{id}.{name}"),
        Order::Newest(Some((time, id))) => format!("{id}.{time}"),
    }
}

/// The order from the cursor on; none when it is no cursor of this order.
pub(super) fn read(order: &Order, cursor: &str) -> Option<Order> {
    Some(match order {
        Order::Id(_) => Order::Id(Some(cursor.parse().ok()?)),
        Order::Name(_) => {
            let (id, name) = parts(cursor)?;
            // No name has it, and PostgreSQL cannot even be asked.
            let name = (!name.contains('\0')).then(|| name.to_owned())?;
            Order::Name(Some((name, id)))
        }
        Order::Newest(_) => {
            let (id, time) = parts(cursor)?;
            Order::Newest(Some((time.parse().ok()?, id)))
        }
    })
}

fn parts(cursor: &str) -> Option<(Id, &str)> {
    let (id, rest) = cursor.split_once('.')?;
    Some((id.parse().ok()?, rest))
}
