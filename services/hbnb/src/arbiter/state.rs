//! What a master knows of itself, and does: one for the signals, the control socket and the admin listener alike.

use std::convert::Infallible;
use std::future::pending;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kit::admin::Health;
use kit::config::Settings;
use kit::metrics;
use kit::notify::{Notifier, State as Sign};
use kit::serve::Bound;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Interval, interval};

use super::call::Call;
use super::events::What;
use super::fleet::Fleet;
use super::options::MOST_WORKERS;
use super::pending::Pending;
use super::reload::roll;
use super::slot::Failure;

/// The name under which the ready probe fails on purpose.
const DRAINED: &str = "drained";

/// A master at work.
pub(crate) struct Master {
    pub(crate) fleet: Fleet,
    pub(crate) health: Health,
    pub(crate) supervisor: Notifier,
    pub(crate) call: Call,
    /// The program that this is.
    pub(crate) program: OwnedFd,
    /// The files of what another program would go on with.
    pub(crate) ear: OwnedFd,
    pub(crate) control: Option<(PathBuf, OwnedFd)>,
    pub(crate) admin: Vec<Bound>,
    /// The files of logs that were handed over.
    pub(crate) logs: Vec<(&'static str, OwnedFd)>,
    /// How many programs have taken over so far.
    pub(crate) upgrades: u64,
    settings: Mutex<Settings>,
    /// How the last change of all workers ended.
    last: Mutex<Option<Result<String, Failure>>>,
    /// Held by what changes the workers as a whole.
    changing: tokio::sync::Mutex<()>,
    is_drained: AtomicBool,
    pub(crate) pending: Mutex<Pending>,
    /// Whether a reload waits for one that is under way.
    pub(crate) waits: AtomicBool,
    stop: UnboundedSender<Stop>,
}

/// What a master is made of.
pub(crate) struct Parts {
    pub(crate) program: OwnedFd,
    pub(crate) ear: OwnedFd,
    pub(crate) control: Option<(PathBuf, OwnedFd)>,
    pub(crate) admin: Vec<Bound>,
    pub(crate) logs: Vec<(&'static str, OwnedFd)>,
    pub(crate) upgrades: u64,
    pub(crate) stop: UnboundedSender<Stop>,
}

/// How to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// As the options say.
    Drain,
    /// The same, and idle connections are closed at once.
    Soon,
    /// Requests are cut off.
    Now,
}

impl Master {
    pub(crate) fn new(fleet: Fleet, (call, settings): (Call, Settings), parts: Parts) -> Master {
        Master {
            fleet,
            health: Health::new(),
            supervisor: Notifier::from_env(&call.env),
            call,
            program: parts.program,
            ear: parts.ear,
            control: parts.control,
            admin: parts.admin,
            logs: parts.logs,
            upgrades: parts.upgrades,
            settings: Mutex::new(settings),
            last: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            is_drained: AtomicBool::new(false),
            pending: Mutex::default(),
            waits: AtomicBool::new(false),
            stop: parts.stop,
        }
    }

    /// Has as many workers as that from now on.
    pub(crate) async fn scale(&self, to: impl FnOnce(usize) -> usize) -> Result<String, Failure> {
        let _changing = self.changing.lock().await;
        let slots = to(self.fleet.slots());
        if slots == 0 || slots > usize::from(MOST_WORKERS) {
            return Err(refused(format!(
                "give a number of workers from 1 to {MOST_WORKERS}"
            )));
        }
        self.resize(slots).await?;
        self.fleet.events().tell(What::Scaled { workers: slots });
        self.tell_supervisor();
        Ok(format!("{slots} workers are to be there"))
    }

    /// Sockets of slots that go are in the hands of the others before, and those of slots that come only in their own after:
    /// new workers alone can take them.
    pub(crate) async fn resize(&self, slots: usize) -> Result<(), Failure> {
        let (fleet, generation) = (&self.fleet, self.fleet.generation());
        let (sockets, before) = (&generation.sockets, fleet.slots());
        if slots < before && sockets.are_apart() {
            fleet.share_among(slots);
            let rolled = roll(fleet, generation).await;
            if rolled.is_ok() {
                fleet.resize(slots);
            }
            fleet.share_among_all();
            return rolled;
        }
        let others_have_them = sockets.most_apart() > before;
        sockets.reserve(slots).map_err(refused)?;
        fleet.resize(slots);
        if slots > before && others_have_them {
            roll(fleet, generation).await?;
        }
        Ok(())
    }

    /// Has the ready probe fail although workers serve, so that balancers send nobody here any more; or no longer.
    pub(crate) fn set_drained(&self, is_drained: bool) {
        if is_drained {
            self.health
                .block(DRAINED, "on purpose: hbnb drain --off ends it");
        } else {
            self.health.clear(DRAINED);
        }
        if self.is_drained.swap(is_drained, Relaxed) != is_drained {
            tracing::info!(is_drained, "the ready probe was told");
            self.fleet.events().tell(What::Drained { is_drained });
        }
    }

    pub(crate) fn is_drained(&self) -> bool {
        self.is_drained.load(Relaxed)
    }

    /// Asks for the end.
    pub(crate) fn stop(&self, how: Stop) {
        // Who would hear it is at the end already.
        let _ = self.stop.send(how);
    }

    /// Keeps what the probes say true, and tells a supervisor that wants it that this runs, for as long as it is polled.
    pub(crate) async fn tell_readiness(&self) -> Infallible {
        let mut changes = self.fleet.changes();
        let between = self.supervisor.watchdog().map(|limit| limit / 3);
        // However much changes meanwhile.
        let mut beats = between.map(interval);
        let (mut blocked, mut is_told) = (None, false);
        loop {
            changes.borrow_and_update();
            let why = self.fleet.why_not();
            if why != blocked {
                self.tell_why(blocked.as_deref(), why.as_deref());
                blocked = why;
            }
            if blocked.is_none() && self.health.is_started() && !is_told {
                self.tell_supervisor();
                is_told = true;
            }
            tokio::select! {
                // The sender is in the fleet.
                _ = changes.changed() => {}
                () = beat(beats.as_mut()) => {
                    self.supervisor.send(&[Sign::Watchdog]);
                }
            }
        }
    }

    /// Has the ready probe say why it fails now, and no longer why it did before.
    fn tell_why(&self, before: Option<&str>, now: Option<&str>) {
        let parts = |why: Option<&'_ str>| {
            why?.split_once(": ")
                .map(|(name, why)| (name.to_owned(), why.to_owned()))
        };
        let (before, now) = (parts(before), parts(now));
        if let Some((name, why)) = &now {
            self.health.block(name, why);
        }
        if let Some((name, _)) = before
            && now.is_none_or(|(now, _)| now != name)
        {
            self.health.clear(&name);
        }
    }

    /// Tells who supervises this process how it is.
    pub(crate) fn tell_supervisor(&self) {
        let status = self.sentence();
        self.supervisor.send(&[Sign::Ready, Sign::Status(&status)]);
    }

    /// Such as `2 workers, generation 3`.
    pub(crate) fn sentence(&self) -> String {
        let (slots, generation) = (self.fleet.slots(), self.fleet.generation().number);
        let plural = if slots == 1 { "" } else { "s" };
        format!("{slots} worker{plural}, generation {generation}")
    }

    /// Where metrics and probes are.
    pub(crate) fn probes(&self) -> Vec<String> {
        self.admin
            .iter()
            .map(|bound| bound.address().to_owned())
            .collect()
    }

    /// Lets one at a time change the workers as a whole.
    pub(crate) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.changing.lock().await
    }

    /// What this program and its workers that have ended have counted, for another one to go on with.
    pub(crate) fn counted(&self) -> String {
        let own = metrics::render().unwrap_or_default();
        self.fleet.with_ended(|ended| {
            let mut all = ended.clone();
            all.add_own(&own);
            all.render()
        })
    }

    /// How the last change of all workers ended.
    pub(crate) fn last(&self) -> Option<Result<String, Failure>> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn note(&self, done: Result<String, Failure>) {
        let message = match &done {
            Ok(said) => said.clone(),
            Err(failure) => failure.reason.clone(),
        };
        let event = What::Reloaded {
            done: done.is_ok(),
            message,
        };
        self.fleet.events().tell(event);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn beat(beats: Option<&mut Interval>) {
    match beats {
        Some(beats) => drop(beats.tick().await),
        None => pending().await,
    }
}

pub(crate) fn refused(why: impl std::fmt::Display) -> Failure {
    Failure {
        reason: why.to_string(),
        lines: Vec::new(),
    }
}
