//! Adding what is missing of the demo.

use super::{growth, places, rows};
use crate::bulk::{self, Link};
use crate::store::Tx;
use crate::{Counts, Place, Result, Review, Store};

/// Places per transaction.
const BATCH: u64 = 1_000;

/// Brings the demo to at least `places` places, with all that belongs to them; rows that are there stay as they are.
/// `progress` hears of the places done and of all of them. Returns the rows added.
pub async fn fill(
    store: &Store,
    places: u32,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts> {
    let total = u64::from(places);
    let mut added = Counts::default();
    let mut done = 0;
    progress(done, total);
    while done < total {
        let next = total.min(done + BATCH);
        let mut tx = store.begin("demo.fill").await?;
        add(&mut tx, done, next, &mut added).await?;
        tx.commit().await?;
        done = next;
        progress(done, total);
    }
    Ok(added)
}

/// Adds what a site gains while it grows from `from` to `to` places.
pub(super) async fn add(tx: &mut Tx, from: u64, to: u64, added: &mut Counts) -> Result<()> {
    add_around(tx, from, to, added).await?;
    add_places(tx, from, to, added).await
}

/// What a site gains beside places while it grows from `from` to `to` of them.
async fn add_around(tx: &mut Tx, from: u64, to: u64, added: &mut Counts) -> Result<()> {
    let states: Vec<_> = (growth::states(from)..growth::states(to))
        .map(rows::state)
        .collect();
    added.states += bulk::states(tx, &states).await?;
    let cities: Vec<_> = (growth::cities(from)..growth::cities(to))
        .map(rows::city)
        .collect();
    added.cities += bulk::cities(tx, &cities).await?;
    let amenities: Vec<_> = (growth::amenities(from)..growth::amenities(to))
        .map(rows::amenity)
        .collect();
    added.amenities += bulk::amenities(tx, &amenities).await?;
    let users: Vec<_> = (growth::users(from)..growth::users(to))
        .map(rows::user)
        .collect();
    added.users += bulk::users(tx, &users).await?;
    Ok(())
}

async fn add_places(tx: &mut Tx, from: u64, to: u64, added: &mut Counts) -> Result<()> {
    let places: Vec<Place> = (from..to).map(places::place).collect();
    added.places += bulk::places(tx, &places).await?.len() as u64;
    let links: Vec<Link> = (from..to).flat_map(places::links).collect();
    added.links += bulk::links(tx, &links).await?;
    let reviews: Vec<Review> = (from..to).flat_map(places::reviews).collect();
    added.reviews += bulk::reviews(tx, &reviews).await?;
    Ok(())
}
