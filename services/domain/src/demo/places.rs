//! The demo's places, with their amenities and reviews.

use super::dice::Dice;
use super::growth;
use super::identity::Kind;
use super::rows::{first_name, position, times};
use super::words::{ADJECTIVES, EMOJI, NAMES, NOUNS, OPINIONS, SENTENCES, SITES};
use crate::bulk::Link;
use crate::limits::LONG;
use crate::{Place, Review};

/// Days from 1970 to 2016, when the first places were entered; they went on to come for eight years.
const PLACES_CAME: u64 = 16_801;
const EIGHT_YEARS: u64 = 2_922;

pub(super) fn place(number: u64) -> Place {
    let there = number + 1;
    let mut dice = Dice::new(5, number);
    let (created_at, updated_at) = times(&mut dice, PLACES_CAME, EIGHT_YEARS);
    let city = dice.early(growth::cities(there));
    let user = dice.below(growth::users(there));
    let name = name(number, &mut dice);
    let description = (!dice.percent(6)).then(|| description(&mut dice));
    let rooms = i32::from(!dice.percent(8)) * dice.small(1, 4) + i32::from(dice.percent(10)) * 3;
    let bathrooms = dice.small(1, 1 + rooms / 2);
    let guests = (2 * rooms + dice.small(0, 2)).max(1);
    let price = 25 + 22 * rooms + 15 * bathrooms + dice.small(0, 60) * dice.small(1, 4);
    let (latitude, longitude) = coordinates(&mut dice, city).unzip();
    Place {
        city_id: Kind::City.id(city),
        created_at,
        description,
        id: Kind::Place.id(number),
        latitude,
        longitude,
        max_guest: guests,
        name,
        number_bathrooms: bathrooms,
        number_rooms: rooms,
        price_by_night: price,
        updated_at,
        user_id: Kind::User.id(user),
    }
}

/// Within some five kilometres of the city's middle; a few owners do not tell.
fn coordinates(dice: &mut Dice, city: u64) -> Option<(f64, f64)> {
    let (latitude, longitude) = position(city);
    let latitude = latitude + dice.between(-50_000, 50_000);
    let longitude = longitude + dice.between(-50_000, 50_000);
    (!dice.percent(2)).then(|| (degrees(latitude), degrees(longitude)))
}

fn degrees(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}

/// Every ninth place has the next one of the whole names, so that a small demo has them all.
fn name(number: u64, dice: &mut Dice) -> String {
    if number % 9 == 3 {
        let nth = usize::try_from(number / 9).unwrap_or(0);
        return NAMES[nth % NAMES.len()].to_owned();
    }
    let what = format!("{} {}", dice.pick(&ADJECTIVES), dice.pick(&NOUNS));
    match dice.below(12) {
        0 => format!("{} {what}", dice.pick(&EMOJI)),
        1 => format!("{}'s {}", first_name(dice).0, dice.pick(&NOUNS)),
        2 => format!("\"{what}\" & more"),
        _ => format!("{what} {}", dice.pick(&SITES)),
    }
}

/// A third of the descriptions hold line breaks, as the original's data does; a few are as long as can be.
fn description(dice: &mut Dice) -> String {
    let (separator, least) = if dice.below(3) == 0 {
        ("<BR />", 2)
    } else {
        (" ", 1)
    };
    let sentences = match dice.percent(4) {
        true => LONG,
        false => least + usize::from(dice.percent(60)) * 3 + usize::from(dice.percent(30)) * 4,
    };
    sentences_of(dice, &SENTENCES, separator, sentences)
}

/// So many sentences, or as many as the schema has room for.
fn sentences_of(dice: &mut Dice, list: &[&str], separator: &str, sentences: usize) -> String {
    let mut text = dice.pick(list).to_owned();
    for _ in 1..sentences {
        let next = dice.pick(list);
        if text.chars().count() + separator.len() + next.chars().count() > LONG {
            break;
        }
        text.push_str(separator);
        text.push_str(next);
    }
    text
}

/// The links of a place. Amenity 0 is held by 68 places in a hundred, then 44, 30, 29, 28, … down to 1 for amenity 31.
pub(super) fn links(number: u64) -> impl Iterator<Item = Link> {
    let mut dice = Dice::new(9, number);
    (0..growth::amenities(number + 1))
        .filter(move |amenity| {
            dice.percent(match amenity {
                0 => 68,
                1 => 44,
                2 => 30,
                rare => 32_u64.saturating_sub(*rare),
            })
        })
        .map(move |amenity| (Kind::Place.id(number), Kind::Amenity.id(amenity)))
}

/// The reviews of a place: none for a quarter, nine at most, two on average; written after the place came.
pub(super) fn reviews(number: u64) -> impl Iterator<Item = Review> {
    const MANY: [u64; 16] = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 9];
    let mut dice = Dice::new(6, number);
    let count = MANY[usize::try_from(dice.below(16)).unwrap_or(0)];
    (0..count).map(move |nth| {
        let (created_at, updated_at) = times(&mut dice, PLACES_CAME + EIGHT_YEARS, 300);
        let sentences = 1 + usize::from(dice.percent(40)) + 2 * usize::from(dice.percent(15));
        Review {
            created_at,
            id: Kind::Review.id((number << 8) | nth),
            place_id: Kind::Place.id(number),
            text: sentences_of(&mut dice, &OPINIONS, " ", sentences),
            updated_at,
            user_id: Kind::User.id(dice.below(growth::users(number + 1))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SHORT;

    #[test]
    fn texts_keep_to_the_schema_and_reach_its_limit() {
        let mut longest = 0;
        for place in (0..20_000).map(place) {
            assert!(place.name.chars().count() <= SHORT);
            let length = place.description.map_or(0, |text| text.chars().count());
            assert!(length <= LONG);
            longest = longest.max(length);
        }
        assert!(longest > LONG - 60, "{longest}");
        assert!(
            (0..20_000)
                .flat_map(reviews)
                .all(|r| r.text.chars().count() <= LONG)
        );
    }

    #[test]
    fn a_third_of_the_descriptions_break_lines() {
        let texts: Vec<_> = (0..9_000).filter_map(|n| place(n).description).collect();
        let broken = texts.iter().filter(|text| text.contains("<BR />")).count();
        assert!((30..37).contains(&(broken * 100 / texts.len())), "{broken}");
    }

    #[test]
    fn numbers_are_believable() {
        for place in (0..20_000).map(place) {
            assert!((0..=7).contains(&place.number_rooms));
            assert!((1..=4).contains(&place.number_bathrooms));
            assert!((1..=16).contains(&place.max_guest));
            assert!((25..=500).contains(&place.price_by_night));
            assert!(place.latitude.is_none_or(|l| l.abs() < 70.0));
            assert!(place.longitude.is_none_or(|l| l.abs() < 180.0));
            assert!(place.created_at <= place.updated_at);
        }
    }

    #[test]
    fn the_proportions_are_those_of_a_real_site() {
        let places = 100_000;
        let reviews: usize = (0..places).map(|n| reviews(n).count()).sum();
        assert!((190_000..240_000).contains(&reviews), "{reviews}");
        let mut held = [0; 32];
        for (_, amenity) in (0..places).flat_map(links) {
            let nth = (0..32)
                .find(|nth| Kind::Amenity.id(*nth) == amenity)
                .unwrap();
            held[usize::try_from(nth).unwrap()] += 1;
        }
        let percent = held.map(|count| count * 100 / places);
        assert!((66..70).contains(&percent[0]), "{percent:?}");
        assert!((42..46).contains(&percent[1]), "{percent:?}");
        assert!(percent.windows(2).all(|w| w[0] >= w[1]), "{percent:?}");
        let links: u64 = held.iter().sum();
        assert!((500_000..650_000).contains(&links), "{links}");
    }

    #[test]
    fn names_hold_every_kind_of_character() {
        let names: String = (0..150).map(|n| place(n).name).collect();
        for kind in ["é", "'", "\"", "&", "<", ">"] {
            assert!(names.contains(kind), "{kind}");
        }
        for range in ['一'..='龥', 'ぁ'..='ん', 'א'..='ת', 'ا'..='ي', '🌀'..='🫿'] {
            assert!(names.chars().any(|c| range.contains(&c)), "{range:?}");
        }
    }
}
