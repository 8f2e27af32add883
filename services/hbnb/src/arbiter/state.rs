//! What a master knows of itself, and does: one for the signals, the control socket and the admin listener alike.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use kit::admin::{Health, LIVE};
use kit::config::{Common, Settings};
use kit::metrics;
use kit::notify::{Notifier, State as Sign};
use kit::serve::Bound;
use kit::telemetry;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;
use url::form_urlencoded;

use super::call::Call;
use super::fleet::Fleet;
use super::generation::Generation;
use super::greet::ask;
use super::options::{ArbiterOptions, MOST_WORKERS};
use super::reload::roll;
use super::slot::Failure;

/// The options that only a new start changes.
const FIXED: [&str; 5] = [
    "admin_bind",
    "balance",
    "control_socket",
    "socket_mode",
    "socket_owner",
];

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
    /// How many programs have taken over so far.
    pub(crate) upgrades: u64,
    settings: Mutex<Settings>,
    /// How the last change of all workers ended.
    last: Mutex<Option<Result<String, Failure>>>,
    /// Held by what changes the workers as a whole.
    changing: tokio::sync::Mutex<()>,
    /// Whether a reload waits for one that is under way.
    waits: AtomicBool,
    stop: UnboundedSender<Stop>,
}

/// What a master is made of.
pub(crate) struct Parts {
    pub(crate) program: OwnedFd,
    pub(crate) ear: OwnedFd,
    pub(crate) control: Option<(PathBuf, OwnedFd)>,
    pub(crate) admin: Vec<Bound>,
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
            upgrades: parts.upgrades,
            settings: Mutex::new(settings),
            last: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            waits: AtomicBool::new(false),
            stop: parts.stop,
        }
    }

    /// Puts what the configuration says now into force, and says what that is. A failure leaves all as it was.
    pub(crate) async fn reload(&self) -> Result<String, Failure> {
        if self.waits.swap(true, Relaxed) {
            return Ok("a reload waits already, and will do".to_owned());
        }
        let _changing = self.changing.lock().await;
        self.waits.store(false, Relaxed);
        self.supervisor.send(&[Sign::Reloading]);
        let done = self.reload_now().await;
        self.fleet.counts().reloaded(done.is_ok());
        match &done {
            Ok(said) => tracing::info!("reload: {said}"),
            Err(failure) => tracing::error!("the reload failed, all stays as it was: {failure}"),
        }
        self.note(done.clone());
        self.tell_supervisor();
        done
    }

    async fn reload_now(&self) -> Result<String, Failure> {
        let settings = self.call.settings().map_err(refused)?;
        let changed = changed(&self.settings(), &settings);
        if let Some(key) = FIXED.iter().find(|key| changed.contains(**key)) {
            return Err(refused(format!(
                "the option {key} takes a new start: hbnb stop, then hbnb serve"
            )));
        }
        if !changed.is_empty() && changed.iter().all(|key| LIVE.contains(&key.as_str())) {
            return self.change_live(settings, &changed).await;
        }
        let options: ArbiterOptions = settings.get().map_err(refused)?;
        let slots = match changed.contains("workers") {
            true => options.workers.count(),
            false => self.fleet.slots(),
        };
        // For those that there are; more come with their slots.
        let now = self.fleet.slots();
        let generation = self.generation(&settings, &self.program, now).await?;
        let number = generation.number;
        roll(&self.fleet, generation).await?;
        self.resize(slots).await?;
        let changed: Vec<String> = changed.into_iter().collect();
        *self.settings() = settings;
        Ok(match changed.is_empty() {
            true => format!("generation {number} serves; no option has changed"),
            false => format!(
                "generation {number} serves; changed: {}",
                changed.join(", ")
            ),
        })
    }

    /// Has the workers that there are go on with other values of options that can change while they run, and those that
    /// are started again begin with them.
    async fn change_live(
        &self,
        settings: Settings,
        changed: &BTreeSet<String>,
    ) -> Result<String, Failure> {
        let values = settings.values();
        let pairs = changed
            .iter()
            .filter_map(|key| Some((key, values.get(key)?)));
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        let path = format!("/options?{query}");
        for worker in self.fleet.workers() {
            let (status, _) = ask(&worker.door, Method::PUT, &path)
                .await
                .map_err(|error| refused(format!("{worker} cannot be told: {error}")))?;
            if status != StatusCode::OK {
                return Err(refused(format!("{worker} answers {status}")));
            }
        }
        let now = self.fleet.generation();
        let next = now.under(&settings).map_err(refused)?;
        self.fleet.set_generation(Arc::new(next));
        let log: Common = settings.get().map_err(refused)?;
        telemetry::change_usual(log.log);
        *self.settings() = settings;
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        Ok(format!(
            "changed while the workers run: {}",
            changed.join(", ")
        ))
    }

    /// The next generation: workers of this program under these settings.
    pub(crate) async fn generation(
        &self,
        settings: &Settings,
        program: impl AsFd,
        slots: usize,
    ) -> Result<Arc<Generation>, Failure> {
        let now = self.fleet.generation();
        let (common, options): (Common, ArbiterOptions) = (
            settings.get().map_err(refused)?,
            settings.get().map_err(refused)?,
        );
        // Those of before that are not among them stay until their last worker has gone.
        let sockets = now.sockets.rebind(&common, options.balance, slots).await;
        let sockets = Arc::new(sockets.map_err(refused)?);
        let next = Generation::new(now.number + 1, settings, sockets, program);
        Ok(Arc::new(next.map_err(refused)?))
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
        self.tell_supervisor();
        Ok(format!("{slots} workers are to be there"))
    }

    async fn resize(&self, slots: usize) -> Result<(), Failure> {
        let before = self.fleet.slots();
        let generation = self.fleet.generation();
        let (sockets, are_shared) = (
            &generation.sockets,
            generation.sockets.most_apart() > before,
        );
        sockets.reserve(slots).map_err(refused)?;
        self.fleet.resize(slots);
        // Sockets of slots that are gone go to others, and back to new ones, which only new workers can take.
        if sockets.are_apart() && (slots < before || slots > before && are_shared) {
            roll(&self.fleet, generation).await?;
        }
        Ok(())
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
                () = beat(between) => {
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
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn beat(between: Option<Duration>) {
    match between {
        Some(between) => sleep(between).await,
        None => pending().await,
    }
}

/// The keys of options whose values differ, except those that workers know nothing of.
fn changed(before: &Settings, now: &Settings) -> BTreeSet<String> {
    let (before, mut now) = (before.values(), now.values());
    let mut changed = BTreeSet::new();
    for (key, value) in before {
        if now.remove(&key).as_ref() != Some(&value) {
            changed.insert(key);
        }
    }
    changed.extend(now.into_keys());
    changed
}

pub(crate) fn refused(why: impl std::fmt::Display) -> Failure {
    Failure {
        reason: why.to_string(),
        lines: Vec::new(),
    }
}
