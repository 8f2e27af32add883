//! The demo's states, cities, amenities and users.

use super::dice::Dice;
use super::growth;
use super::identity::Kind;
use super::region::{REGIONS, Region};
use super::words::{AMENITIES, FIRST_NAMES, LAST_NAMES};
use crate::{Amenity, City, State, Timestamp, User};

const MICROS_PER_DAY: u64 = 86_400_000_000;
/// Days from 1970 to 2014, when the first states were entered, and to 2015, when users came.
const OPENED: u64 = 16_071;
const USERS_CAME: u64 = 16_436;

/// A moment in the `days` days after day `first`, and a later one at which the row was last changed.
pub(super) fn times(dice: &mut Dice, first: u64, days: u64) -> (Timestamp, Timestamp) {
    let created = (first + dice.below(days)) * MICROS_PER_DAY + within_a_day(dice);
    let updated = match dice.percent(70) {
        true => created + dice.below(900_000),
        false => created + dice.below(100) * MICROS_PER_DAY + within_a_day(dice),
    };
    (moment(created), moment(updated))
}

fn within_a_day(dice: &mut Dice) -> u64 {
    dice.below(86_400) * 1_000_000 + dice.below(1_000_000)
}

fn moment(micros: u64) -> Timestamp {
    Timestamp::EPOCH.saturating_add(micros)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn region(state: u64) -> &'static Region {
    &REGIONS[index(state) % REGIONS.len()]
}

pub(super) fn state(number: u64) -> State {
    let (created_at, updated_at) = times(&mut Dice::new(1, number), OPENED, 100);
    State {
        created_at,
        id: Kind::State.id(number),
        name: region(number).name.to_owned(),
        updated_at,
    }
}

/// The state that a city is in: the newest one when it has just come, so that no state stays empty.
fn state_of(city: u64) -> u64 {
    let before = match city {
        0 => 0,
        city => growth::states(growth::city_since(city - 1)),
    };
    let states = growth::states(growth::city_since(city));
    // The first cities all come with the first place.
    if city < states && growth::city_since(city) == 1 {
        city
    } else if states > before {
        states - 1
    } else {
        Dice::new(7, city).below(states)
    }
}

pub(super) fn city(number: u64) -> City {
    let mut dice = Dice::new(2, number);
    let (created_at, updated_at) = times(&mut dice, OPENED + 100, 200);
    let state = state_of(number);
    City {
        created_at,
        id: Kind::City.id(number),
        name: region(state).style.city(&mut dice),
        state_id: Kind::State.id(state),
        updated_at,
    }
}

/// Where a city lies, in millionths of a degree: latitude, longitude.
pub(super) fn position(city: u64) -> (i64, i64) {
    let region = region(state_of(city));
    let mut dice = Dice::new(8, city);
    (
        region.latitude * 10_000 + dice.between(-600_000, 600_000),
        region.longitude * 10_000 + dice.between(-800_000, 800_000),
    )
}

pub(super) fn amenity(number: u64) -> Amenity {
    let (created_at, updated_at) = times(&mut Dice::new(3, number), OPENED, 300);
    Amenity {
        created_at,
        id: Kind::Amenity.id(number),
        name: AMENITIES[index(number) % AMENITIES.len()].to_owned(),
        updated_at,
    }
}

pub(super) fn user(number: u64) -> User {
    let mut dice = Dice::new(4, number);
    let (created_at, updated_at) = times(&mut dice, USERS_CAME, 365);
    let (first_name, slug) = first_name(&mut dice);
    let last_name = dice.pick(&LAST_NAMES);
    let domain = dice.pick(&["example.com", "example.net", "example.org"]);
    let named = !dice.percent(3);
    User {
        created_at,
        email: format!("{slug}.{number}@{domain}"),
        first_name: named.then(|| first_name.to_owned()),
        id: Kind::User.id(number),
        last_name: (named && !dice.percent(4)).then(|| last_name.to_owned()),
        updated_at,
    }
}

/// A first name, and how it is written in an email address.
pub(super) fn first_name(dice: &mut Dice) -> (&'static str, &'static str) {
    FIRST_NAMES[index(dice.below(FIRST_NAMES.len() as u64))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_state_stays_without_a_city() {
        for n in [1, 2, 150, 5_000, 100_000] {
            let states: std::collections::HashSet<_> =
                (0..growth::cities(n)).map(|c| city(c).state_id).collect();
            assert_eq!(states.len() as u64, growth::states(n), "{n} places");
        }
    }

    #[test]
    fn a_city_lies_in_its_region() {
        for number in 0..1_000 {
            let city = city(number);
            let (latitude, longitude) = position(number);
            let near = REGIONS.iter().enumerate().any(|(state, region)| {
                city.state_id == Kind::State.id(state as u64)
                    && latitude.abs_diff(region.latitude * 10_000) <= 600_000
                    && longitude.abs_diff(region.longitude * 10_000) <= 800_000
            });
            assert!(near, "{}", city.name);
        }
    }
}
