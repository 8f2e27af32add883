//! Chance that comes out the same each time.

/// A stream of numbers that follows from what it was thrown for.
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one row; `topic` tells the streams of different kinds apart.
    pub(super) fn new(topic: u64, number: u64) -> Dice {
        let mut dice = Dice((topic << 56) ^ number);
        dice.next();
        dice
    }

    /// `SplitMix64`, by Sebastiano Vigna.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`, each as likely.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        ((self.next() >> 32) * end) >> 32
    }

    /// A number from 0 to below `end`, small ones more likely: half of the throws are in the first quarter.
    pub(super) fn early(&mut self, end: u64) -> u64 {
        let throw = self.next() >> 32;
        (((throw * throw) >> 32) * end) >> 32
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = to.abs_diff(from) + 1;
        from.saturating_add_unsigned(self.below(span))
    }

    /// [`Dice::between`] for the small numbers of a place.
    pub(super) fn small(&mut self, from: i32, to: i32) -> i32 {
        let thrown = self.between(i64::from(from), i64::from(to));
        i32::try_from(thrown).unwrap_or(from)
    }

    /// True this many times in a hundred.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of a list.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        let index = self.below(list.len() as u64);
        list[usize::try_from(index).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_stay_in_their_range_and_reach_all_of_it() {
        let mut dice = Dice::new(1, 1);
        let throws: Vec<u64> = (0..1000).map(|_| dice.below(10)).collect();
        assert!((0..10).all(|face| throws.contains(&face)));
        assert!(throws.iter().all(|throw| *throw < 10));
        assert!((0..1000).all(|_| dice.early(7) < 7));
        assert!((0..1000).all(|_| (-3..=3).contains(&dice.between(-3, 3))));
    }

    #[test]
    fn the_same_row_throws_the_same() {
        assert_eq!(Dice::new(2, 5).next(), Dice::new(2, 5).next());
        assert_ne!(Dice::new(2, 5).next(), Dice::new(3, 5).next());
    }
}
