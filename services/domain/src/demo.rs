//! Made-up data to look at and to measure with: the shape of a real site, the same on each run.
//!
//! Each row follows from its kind and number alone, so that filling up to 150 places and later to 100,000 gives the same
//! rows as 100,000 at once. Demo rows are known by their ids alone, whose first half is fixed.

mod dice;
mod fill;
mod growth;
mod identity;
mod offer;
mod places;
mod region;
mod remove;
mod rows;
mod words;

pub use fill::fill;
pub use offer::offer;
pub use remove::{Removed, remove};

/// The number of places that a first look needs.
pub const SMALL: u32 = 150;
