//! What can be chosen, and what is.

use crate::model::{Amenity, Id, State};
use crate::pages::cards::Chosen;
use crate::paging::address;

/// Each chip has an address that names all others, so that their size grows with the square of their number.
const MOST_CHIPS: usize = 30;

/// The filters of a search.
pub(super) struct Filters<'a> {
    pub(super) states: &'a [State],
    pub(super) amenities: &'a [Amenity],
    pub(super) chosen: &'a Chosen,
    /// Whether there are more than these.
    pub(super) more_states: bool,
    pub(super) more_amenities: bool,
}

/// Something chosen, and the address of the search without it.
pub(super) struct Chip<'a> {
    pub(super) name: &'a str,
    pub(super) without: String,
}

/// The chosen as parameters of the address.
pub(super) fn query(chosen: &Chosen) -> Vec<(&str, &str)> {
    let lists = [
        ("state", &chosen.states),
        ("city", &chosen.cities),
        ("amenity", &chosen.amenities),
    ];
    let pairs = lists
        .iter()
        .flat_map(|(name, ids)| ids.iter().map(|id| (*name, id.as_str())));
    pairs.collect()
}

impl Filters<'_> {
    /// The names of the chosen states and cities.
    pub(super) fn places(&self) -> String {
        self.names(|filter| filter != "amenity", "Anywhere")
    }

    /// The names of the chosen amenities.
    pub(super) fn wishes(&self) -> String {
        self.names(|filter| filter == "amenity", "Any")
    }

    /// How much can be chosen.
    pub(super) fn count(&self) -> usize {
        let cities = self.states.iter().flat_map(|state| &state.cities);
        let cities: usize = cities.map(Vec::len).sum();
        self.states.len() + cities + self.amenities.len()
    }

    /// Whether anything is chosen.
    pub(super) fn are_used(&self) -> bool {
        !query(self.chosen).is_empty()
    }

    /// All that is chosen; nothing if that is too much to be shown.
    pub(super) fn chips(&self) -> Vec<Chip<'_>> {
        let all = query(self.chosen);
        if all.len() > MOST_CHIPS {
            return Vec::new();
        }
        let chip = |(at, (filter, id)): (usize, &(&str, &str))| {
            let mut others = all.clone();
            others.remove(at);
            Chip {
                name: self.name(filter, id),
                without: address("/", &others),
            }
        };
        all.iter().enumerate().map(chip).collect()
    }

    /// Whether an id is among those that are chosen.
    pub(super) fn is_in(&self, chosen: &[String], id: &Id) -> bool {
        chosen.iter().any(|chosen| *id == chosen.as_str())
    }

    fn names(&self, belongs: impl Fn(&str) -> bool, none: &str) -> String {
        let chosen = query(self.chosen);
        let chosen = chosen.iter().filter(|(filter, _)| belongs(filter));
        let names: Vec<&str> = chosen.map(|(filter, id)| self.name(filter, id)).collect();
        match names.is_empty() {
            true => none.to_owned(),
            false => names.join(", "),
        }
    }

    fn name(&self, filter: &str, id: &str) -> &str {
        let name = match filter {
            "state" => self
                .states
                .iter()
                .find(|state| state.id == id)
                .map(|s| &s.name),
            "city" => {
                let mut cities = self
                    .states
                    .iter()
                    .flat_map(|state| state.cities.iter().flatten());
                cities.find(|city| city.id == id).map(|city| &city.name)
            }
            _ => self.amenities.iter().find(|a| a.id == id).map(|a| &a.name),
        };
        name.map_or("Something else", |name| name)
    }
}
