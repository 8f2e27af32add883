//! How a site grows: the numbers of states, cities, amenities and users when there are `n` places.
//!
//! Each is a function of `n` that never falls, in whole numbers so that it is the same on every machine. Place `i` refers
//! only to what exists with `i + 1` places.

use super::region::REGIONS;
use super::words::AMENITIES;

/// The fourth root of 62.5 n, which is 50 with 100,000 places.
pub(super) fn states(n: u64) -> u64 {
    match n {
        0 => 0,
        n => (1 + (125 * n / 2).isqrt().isqrt()).min(REGIONS.len() as u64),
    }
}

/// The square root of 10 n, which is 1,000 with 100,000 places.
pub(super) fn cities(n: u64) -> u64 {
    (10 * n).isqrt()
}

/// The first number of places with which city `city` exists.
pub(super) fn city_since(city: u64) -> u64 {
    ((city + 1) * (city + 1)).div_ceil(10)
}

/// All 32 from 1,200 places on.
pub(super) fn amenities(n: u64) -> u64 {
    match n {
        0 => 0,
        n => (12 + n / 60).min(AMENITIES.len() as u64),
    }
}

/// Three users for ten places: owners, and guests who review.
pub(super) fn users(n: u64) -> u64 {
    match n {
        0 => 0,
        n => 5 + 3 * n / 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_are_those_of_a_real_site() {
        let sizes = |n| (states(n), cities(n), amenities(n), users(n));
        assert_eq!(sizes(0), (0, 0, 0, 0));
        assert_eq!(sizes(1), (3, 3, 12, 5));
        assert_eq!(sizes(150), (10, 38, 14, 50));
        assert_eq!(sizes(100_000), (50, 1000, 32, 30_005));
    }

    #[test]
    fn nothing_shrinks_and_cities_come_when_said() {
        for n in 1..20_000 {
            assert!(states(n) >= states(n - 1));
            assert!(amenities(n) >= amenities(n - 1));
            assert!(users(n) >= users(n - 1));
            for city in cities(n - 1)..cities(n) {
                assert_eq!(city_since(city), n);
            }
        }
    }
}
