//! The sum of an import.

use std::fmt;

use super::event::Class;

/// What became of the rows of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows in the file.
    pub in_file: u64,
    /// Rows that came in.
    pub added: u64,
    /// Rows that were in the database already, and stayed as they were.
    pub kept: u64,
    /// Rows that could not come in.
    pub left_out: u64,
}

/// What an import did. Its text is a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    classes: [Tally; 6],
    /// Rows of no known class.
    pub others: Tally,
    /// Links to amenities that lead nowhere, and were dropped.
    pub dropped_links: u64,
}

impl Imported {
    /// What became of the rows of this class.
    pub fn of(&self, class: Class) -> Tally {
        self.classes[class as usize]
    }

    pub(super) fn tally(&mut self, class: Class) -> &mut Tally {
        &mut self.classes[class as usize]
    }

    /// The rows of all classes that could not come in.
    pub fn left_out(&self) -> u64 {
        let known: u64 = self.classes.iter().map(|tally| tally.left_out).sum();
        known + self.others.left_out
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = (self.others.in_file > 0).then_some(("others", self.others));
        let rows = Class::ALL.map(|class| (class.name(), self.of(class)));
        write!(
            f,
            "{:<8}{:>12}{:>12}{:>15}{:>12}",
            "", "in the file", "added", "already there", "left out"
        )?;
        for (name, tally) in rows.into_iter().chain(others) {
            let Tally {
                in_file,
                added,
                kept,
                left_out,
            } = tally;
            write!(
                f,
                "\n{name:<8}{in_file:>12}{added:>12}{kept:>15}{left_out:>12}"
            )?;
        }
        Ok(())
    }
}
