//! Renewing workers: all of them under another configuration or program, or one because it is old.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use http::{Method, StatusCode};
use kit::admin::LIVE;
use kit::config::{Common, Settings};
use kit::notify::State as Sign;
use kit::telemetry;
use tokio::time::timeout;
use url::form_urlencoded;

use super::fleet::Fleet;
use super::generation::Generation;
use super::greet::ask;
use super::options::ArbiterOptions;
use super::slot::Failure;
use super::state::{Master, refused};
use super::worker::{Life, Worker};

/// How long a worker may take to take an option.
const LIMIT: Duration = Duration::from_secs(2);
/// The options that only a new start changes.
const FIXED: [&str; 8] = [
    "access_log",
    "admin_bind",
    "balance",
    "control_socket",
    "error_log",
    "pid_file",
    "socket_mode",
    "socket_owner",
];

/// Has workers of this generation take over slot by slot, each ready before the one of before leaves. The first is the
/// canary. If one fails, those that have taken over are replaced again, and the generation of before stays.
pub(crate) async fn roll(fleet: &Fleet, next: Arc<Generation>) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    let before = fleet.generation();
    fleet.forget_losses();
    let mut taken = 0;
    while taken < fleet.sharing() {
        let renewed = fleet.renew(taken, &next).await;
        taken += usize::from(renewed.is_ok());
        let lost = fleet
            .loss(next.number)
            .filter(|_| next.number != before.number);
        if let Err(failure) = renewed.and(lost.map_or(Ok(()), Err)) {
            fleet.share_among_all();
            go_back(fleet, taken, &before).await;
            return Err(failure);
        }
    }
    fleet.set_generation(next);
    Ok(())
}

/// Has workers of this generation take over again in the first slots.
async fn go_back(fleet: &Fleet, slots: usize, before: &Arc<Generation>) {
    for slot in 0..slots {
        if let Err(failure) = fleet.renew(slot, before).await {
            tracing::error!(
                slot = slot + 1,
                "there is no worker again as it was before: {failure}"
            );
        }
    }
}

/// Has a new worker of the same generation take over in a slot.
pub(crate) async fn renew(fleet: &Fleet, slot: usize, reason: &str) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    fleet.renew(slot, &fleet.generation()).await?;
    fleet.counts().renewed(reason);
    Ok(())
}

impl Master {
    /// Puts what the configuration says now into force, and says what that is. A failure leaves all as it was, or says what not.
    pub(crate) async fn reload(&self) -> Result<String, Failure> {
        if self.waits.swap(true, Relaxed) {
            // One that waits already reads what is there then; who comes later waits longer.
            let _changing = self.changing().await;
            return self
                .last()
                .unwrap_or_else(|| Err(refused("it was told to stop")));
        }
        let _changing = self.changing().await;
        self.waits.store(false, Relaxed);
        self.pending().reload = false;
        self.supervisor.send(&[Sign::Reloading]);
        let done = self.reload_now().await;
        self.fleet.counts().reloaded(done.is_ok());
        match &done {
            Ok(said) => tracing::info!("reload: {said}"),
            Err(failure) => tracing::error!("the reload failed: {failure}"),
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
        let log: Common = settings.get().map_err(refused)?;
        roll(&self.fleet, generation).await?;
        telemetry::change_usual(log.log);
        let resized = self.resize(slots).await;
        resized.map_err(|failure| Failure {
            reason: format!(
                "generation {number} serves, but the number of workers could not be changed: {failure}"
            ),
            ..failure
        })?;
        *self.settings() = settings;
        let changed: Vec<String> = changed.into_iter().collect();
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
        // Those that are started meanwhile begin with them.
        let next = self.fleet.generation().under(&settings).map_err(refused)?;
        self.fleet.set_generation(Arc::new(next));
        for worker in self.fleet.workers() {
            let goes_on = matches!(worker.life(), Life::Starting | Life::Ready);
            if goes_on && !is_told(&worker, &path).await {
                tracing::warn!(
                    pid = worker.pid(),
                    "{worker} cannot be told of options: it is renewed"
                );
                renew(&self.fleet, worker.slot, "asked").await?;
            }
        }
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
        let there = self.fleet.addresses();
        let sockets = now.sockets.rebind(&there, &common, options.balance, slots);
        let sockets = sockets.await;
        let sockets = Arc::new(sockets.map_err(refused)?);
        let next = Generation::new(now.number + 1, settings, sockets, program);
        Ok(Arc::new(next.map_err(refused)?))
    }
}

/// Whether a worker has taken options that change while it runs.
async fn is_told(worker: &Worker, path: &str) -> bool {
    let asked = timeout(LIMIT, ask(&worker.door, Method::PUT, path)).await;
    matches!(asked, Ok(Ok((StatusCode::OK, _))))
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
