//! The ids of demo rows: valid version 4 UUIDs whose first half is fixed.
//!
//! A random id has this first half with a probability of one in 2⁶⁰. The second half is the variant digit 8, three digits
//! for the kind and twelve for the number: `0de30de3-0de3-4de3-8005-0000000000ff` is place 255.

use std::ops::RangeInclusive;

use crate::Id;

const FIRST: u128 = 0x0de3_0de3_0de3_4de3_8000_0000_0000_0000;
const LAST: u128 = FIRST | 0x3fff_ffff_ffff_ffff;

/// All ids that a demo row can have, of whichever kind.
pub(super) const ALL: RangeInclusive<Id> = Id::from_bits(FIRST)..=Id::from_bits(LAST);

/// What a demo row is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    State = 1,
    City = 2,
    Amenity = 3,
    User = 4,
    Place = 5,
    Review = 6,
}

impl Kind {
    /// The id of the demo row with this number, which has at most 48 bits.
    pub(super) const fn id(self, number: u64) -> Id {
        let number = number & 0xffff_ffff_ffff;
        Id::from_bits(FIRST | ((self as u128) << 48) | number as u128)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_shows_kind_and_number() {
        let id = Kind::Place.id(255);
        assert_eq!(id.to_string(), "0de30de3-0de3-4de3-8005-0000000000ff");
        assert!(ALL.contains(&id));
        assert!(!ALL.contains(&Id::MIN));
    }
}
