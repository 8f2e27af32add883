//! Which rows of a list to read.

use crate::Id;

/// A part of a list that is ordered by id: at most `limit` rows, none before `from`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// The smallest id that may come.
    pub from: Id,
    /// The greatest number of rows.
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Page {
        Page {
            from: Id::MIN,
            limit,
        }
    }

    /// The `limit` rows that follow the row `id`; none when no id can follow it.
    pub fn after(id: Id, limit: u32) -> Option<Page> {
        Some(Page {
            from: id.successor()?,
            limit,
        })
    }
}
