//! What is wrong in a file, and where.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: Arc<Path>,
    /// From 1.
    pub(crate) line: usize,
}

/// What is wrong at a place, and what would be right there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    place: Place,
    wrong: String,
    right: String,
}

impl Finding {
    pub(crate) fn new(
        place: &Place,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Finding {
        Finding {
            place: place.clone(),
            wrong: wrong.into(),
            right: right.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding {
            place,
            wrong,
            right,
        } = self;
        write!(f, "{place}: {wrong}; {right} would be right")
    }
}
