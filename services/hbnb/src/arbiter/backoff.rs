//! Pauses that grow while the workers of a slot do not live.

use std::time::Duration;

/// The pause after a second worker that did not live, doubled with each more, up to the second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
/// One that was ready for so long has lived.
const WELL: Duration = Duration::from_secs(60);

/// How many workers in a row did not live.
#[derive(Default)]
pub(crate) struct Backoff(u32);

impl Backoff {
    /// One has ended that was ready for so long.
    pub(crate) fn ended(&mut self, was_ready: Duration) {
        self.0 = if was_ready >= WELL { 0 } else { self.0 + 1 };
    }

    /// One did not become ready.
    pub(crate) fn failed(&mut self) {
        self.0 += 1;
    }

    /// The pause before the next start; `dice` from 0 to 1 takes up to half of it away, so that slots do not start together.
    pub(crate) fn pause(&self, dice: f64) -> Option<Duration> {
        let doublings = self.0.checked_sub(2)?;
        let full = PAUSES.0.saturating_mul(1 << doublings.min(16));
        Some(full.min(PAUSES.1).mul_f64(1.0 - dice / 2.0))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn pauses_grow_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let mut millis = Vec::new();
        for _ in 0..12 {
            millis.push(backoff.pause(0.0).map(|pause| pause.as_millis()));
            backoff.failed();
        }
        assert_eq!(millis[..4], [None, None, Some(200), Some(400)]);
        assert_eq!(millis[11], Some(30_000));
        assert_eq!(backoff.pause(1.0), Some(Duration::from_secs(15)));
    }

    #[test]
    fn one_that_was_well_ends_them() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.ended(Duration::from_secs(59));
        }
        assert_eq!(backoff.pause(0.0), Some(Duration::from_millis(1600)));
        backoff.ended(Duration::from_secs(60));
        assert_eq!(backoff.pause(0.0), None);
    }
}
