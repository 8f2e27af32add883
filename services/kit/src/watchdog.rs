//! The watchdog: what ends a process that is stuck, because a supervisor such as Docker restarts only what has ended.
//!
//! It is the first thread of the process, which does nothing else, see [`program::run`](crate::program::run).

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::health::{Health, Pulse};
use crate::telemetry;

/// The exit code of a process that ended itself because it was stuck: `EX_SOFTWARE` of sysexits.h.
pub const STUCK: u8 = 70;

const TICK: Duration = Duration::from_millis(250);
/// How long the last line and the last spans may take: what they go to may be what the process is stuck in.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What is watched: the one service of the process, and for how long it may do nothing.
static WATCHED: OnceLock<(Health, Duration)> = OnceLock::new();

/// Has the watchdog end the process when the runtime has run no task for so long; zero for never.
pub(crate) fn watch(health: &Health, limit: Duration) {
    if !limit.is_zero() {
        // There is one service in a process; a second, as in tests, is not watched.
        let _ = WATCHED.set((health.clone(), limit));
    }
}

/// Waits for the work's result, which it sends when it has ended.
pub(crate) fn wait<T>(work: &Receiver<T>) -> Result<T, Ended> {
    let mut silence = Silence::default();
    let mut looked = Instant::now();
    loop {
        match work.recv_timeout(TICK) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Disconnected) => return Err(Ended::Panicked),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let since = looked.elapsed();
        looked = Instant::now();
        if let Some((health, limit)) = WATCHED.get()
            && silence.after(health.pulse(), since) >= *limit
        {
            say(*limit);
            return Err(Ended::Stuck);
        }
    }
}

/// Why there is no result of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// No task was run for too long.
    Stuck,
    /// Its thread is gone.
    Panicked,
}

/// How long the runtime has run no task while the watchdog itself ran.
#[derive(Default)]
struct Silence {
    pulse: Pulse,
    lived: Duration,
}

impl Silence {
    /// The silence, when the pulse is this after so much time. Time that the watchdog did not live through counts as one
    /// look: a process that was stopped, or on a machine that slept, is given all of its time again.
    fn after(&mut self, pulse: Pulse, since: Duration) -> Duration {
        let beats = matches!(pulse, Pulse::Last(_)) && pulse == self.pulse;
        self.pulse = pulse;
        self.lived = match beats {
            true => self.lived + since.min(2 * TICK),
            false => Duration::ZERO,
        };
        self.lived
    }
}

/// Says why the process ends, if that can be said.
fn say(limit: Duration) {
    let (tell, told) = sync_channel(1);
    let words = move || {
        let code = STUCK;
        let silent_s = limit.as_secs_f64();
        tracing::error!(
            silent_s,
            code,
            "stuck: no task has been run for so long, the process ends"
        );
        telemetry::end(LAST_WORDS);
        tell.send(())
    };
    if thread::Builder::new().spawn(words).is_ok() {
        let _ = told.recv_timeout(LAST_WORDS);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Silence, TICK};
    use crate::health::Pulse;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn the_same_beat_is_silence() {
        let (mut silence, beat) = (Silence::default(), Pulse::Last(Instant::now()));
        assert_eq!(silence.after(Pulse::Awaited, HOUR), Duration::ZERO);
        assert_eq!(silence.after(beat, TICK), Duration::ZERO);
        assert_eq!(silence.after(beat, TICK), TICK);
        assert_eq!(silence.after(beat, TICK), 2 * TICK);
        let next = Pulse::Last(Instant::now() + TICK);
        assert_eq!(silence.after(next, TICK), Duration::ZERO);
    }

    #[test]
    fn a_stopped_process_is_not_stuck() {
        let (mut silence, beat) = (Silence::default(), Pulse::Last(Instant::now()));
        silence.after(beat, TICK);
        assert_eq!(silence.after(beat, HOUR), 2 * TICK);
    }

    #[test]
    fn before_and_after_there_is_none() {
        let mut silence = Silence::default();
        for pulse in [Pulse::Awaited, Pulse::Over] {
            for _ in 0..100 {
                assert_eq!(silence.after(pulse, TICK), Duration::ZERO);
            }
        }
    }
}
