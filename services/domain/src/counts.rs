//! Numbers of rows, as commands report them.

use std::fmt;

/// How many rows of each entity something was done with; its text is a list such as `2 states, 1 city`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// States.
    pub states: u64,
    /// Cities.
    pub cities: u64,
    /// Amenities.
    pub amenities: u64,
    /// Users.
    pub users: u64,
    /// Places.
    pub places: u64,
    /// Reviews.
    pub reviews: u64,
    /// Links between places and amenities.
    pub links: u64,
}

impl Counts {
    /// All rows together.
    pub fn total(&self) -> u64 {
        let Counts {
            states,
            cities,
            amenities,
            users,
            places,
            reviews,
            links,
        } = *self;
        states + cities + amenities + users + places + reviews + links
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.states, "state", "states"),
            (self.cities, "city", "cities"),
            (self.amenities, "amenity", "amenities"),
            (self.users, "user", "users"),
            (self.places, "place", "places"),
            (self.reviews, "review", "reviews"),
            (self.links, "amenity link", "amenity links"),
        ];
        let mut separator = "";
        for (count, one, many) in parts.into_iter().filter(|(count, ..)| *count > 0) {
            write!(
                f,
                "{separator}{count} {}",
                if count == 1 { one } else { many }
            )?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("no rows")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_listed() {
        let counts = Counts {
            states: 2,
            cities: 1,
            links: 3,
            ..Counts::default()
        };
        assert_eq!(counts.to_string(), "2 states, 1 city, 3 amenity links");
        assert_eq!(counts.total(), 6);
        assert_eq!(Counts::default().to_string(), "no rows");
    }
}
