//! Slots that wait before they start a worker again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The pauses that slots make now. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Pauses(Arc<Mutex<BTreeMap<usize, Duration>>>);

impl Pauses {
    /// Notes that a slot makes a pause, until what this returns is dropped.
    pub(crate) fn begin(&self, slot: usize, pause: Duration) -> Pausing {
        self.all().insert(slot, pause);
        let pauses = self.clone();
        Pausing { pauses, slot }
    }

    /// How long the pause is that a slot makes; zero if it makes none.
    pub(crate) fn of(&self, slot: usize) -> Duration {
        self.all().get(&slot).copied().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<usize, Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pause that is made.
pub(crate) struct Pausing {
    pauses: Pauses,
    slot: usize,
}

impl Drop for Pausing {
    fn drop(&mut self) {
        self.pauses.all().remove(&self.slot);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pauses;

    #[test]
    fn a_pause_is_told_while_it_is_made() {
        let pauses = Pauses::default();
        let pausing = pauses.begin(1, Duration::from_secs(3));
        let told = [0, 1].map(|slot| pauses.of(slot).as_secs());
        assert_eq!(told, [0, 3]);
        drop(pausing);
        assert_eq!(pauses.of(1), Duration::ZERO);
    }
}
