//! What the HBNB business is, and where it is kept.
//!
//! Six entities ([`State`], [`City`], [`Amenity`], [`User`], [`Place`], [`Review`]), each in a file of its own with its
//! queries, over one [`Store`] that is PostgreSQL or SQLite. All SQL of the project stands in this crate; HTTP does not.

pub mod amenity;
pub mod city;
pub mod place;
pub mod place_search;
pub mod review;
pub mod state;
pub mod user;

pub mod demo;
pub mod export;
pub mod import;
pub mod stats;

mod bulk;
mod clock;
mod counts;
mod error;
mod faults;
mod id;
mod limits;
mod metrics;
mod options;
mod page;
mod password;
mod postgres;
mod query;
mod schema;
mod silence;
mod sqlite;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use amenity::Amenity;
pub use city::City;
pub use clock::Timestamp;
pub use counts::Counts;
pub use error::{Error, Invalid, OpenError, Result};
pub use faults::Faults;
pub use id::Id;
pub use metrics::Meter;
pub use options::{Options, display_url};
pub use page::{Order, Page};
pub use place::Place;
pub use place_search::PlaceSearch;
pub use review::Review;
pub use schema::{Schema, newest as newest_schema};
pub use sqlite::Turns;
pub use state::State;
pub use stats::Stats;
pub use store::{Lists, Pools, Store};
pub use user::User;
