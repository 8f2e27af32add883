//! The ends of workers, and what is left of them.

use std::sync::Arc;

use kit::metrics::oom_kills;
use rustix::process::{Pid, Signal};

use super::Fleet;
use crate::arbiter::ended::{Cause, Ended, How, tell_end};
use crate::arbiter::slot::Failure;
use crate::arbiter::worker::{Life, Worker};

impl Fleet {
    /// Takes a worker that was reaped out.
    pub(crate) fn take(&self, pid: Pid) -> Option<Arc<Worker>> {
        let pid = pid.as_raw_nonzero().get();
        self.state().workers.remove(&pid)
    }

    /// Notes the end of a worker that was taken out, and tells of it.
    pub(crate) fn worker_ended(&self, worker: &Worker, how: How) {
        worker.output.pass_on_what_is_there();
        if let Some(access) = &worker.access {
            access.pass_on_what_is_there();
        }
        let cause = self.cause(worker, how);
        match worker.board.left() {
            Ok(left) if !left.is_empty() => self.state().ended.add(&left),
            _ => self.state().ended.add(&worker.metrics()),
        }
        // Of the first its master tells, and ends.
        if self.first().is_some() {
            tell_end(worker, how, cause);
        }
        let asked = worker.life() == Life::Draining;
        if !asked {
            let failure = Failure {
                reason: format!("{worker} had taken over, and ended with {how}"),
                lines: worker.output.last(),
            };
            self.state().lost.insert(worker.generation.number, failure);
        }
        worker.turns(Life::Ended(Ended { how, cause }));
        self.0.counts.ended(cause, asked);
        self.tell_change();
    }

    fn cause(&self, worker: &Worker, how: How) -> Cause {
        let killed = how == How::Signal(Signal::KILL.as_raw());
        match (worker.killed(), how) {
            (Some(cause), _) => cause,
            (None, How::Exit(0)) => Cause::Asked,
            (None, How::Exit(code)) if code == i32::from(kit::watchdog::STUCK) => Cause::Stuck,
            (None, How::Exit(_)) => Cause::Exit,
            (None, How::Signal(_)) if killed && self.was_oom() => Cause::Oom,
            (None, How::Signal(_)) => Cause::Signal,
        }
    }

    /// Whether there is one more kill for memory than ends of workers that were told to be such. Several may end at once.
    fn was_oom(&self) -> bool {
        let kills = oom_kills();
        let mut state = self.state();
        let was_one = kills > state.oom_kills;
        if was_one {
            state.oom_kills = state.oom_kills.map_or(kills, |known| Some(known + 1));
        }
        was_one
    }

    /// Kills so far were of others: no worker has ended that waits to be told.
    pub(crate) fn forget_oom_kills(&self) {
        self.state().oom_kills = oom_kills();
    }

    /// How a worker of this generation ended last that had not been told to.
    pub(crate) fn loss(&self, generation: u64) -> Option<Failure> {
        self.state().lost.get(&generation).cloned()
    }

    pub(crate) fn forget_losses(&self) {
        self.state().lost.clear();
    }
}
