//! Renewing workers: all of them under another configuration or program, or one because it is old.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use http::{Method, StatusCode};
use kit::admin::LIVE;
use kit::config::{Common, Settings};
use kit::notify::State as Sign;
use kit::telemetry;
use url::form_urlencoded;

use super::fleet::Fleet;
use super::generation::Generation;
use super::greet::ask;
use super::options::ArbiterOptions;
use super::slot::Failure;
use super::state::{Master, refused};

/// The options that only a new start changes.
const FIXED: [&str; 5] = [
    "admin_bind",
    "balance",
    "control_socket",
    "socket_mode",
    "socket_owner",
];

/// Has workers of this generation take over slot by slot, each ready before the one of before leaves. The first is the
/// canary. If one fails, those that have taken over are replaced again, and the generation of before stays.
pub(crate) async fn roll(fleet: &Fleet, next: Arc<Generation>) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    let before = fleet.generation();
    let mut slot = 0;
    while slot < fleet.slots() {
        if let Err(failure) = fleet.renew(slot, &next).await {
            for slot in 0..slot {
                if let Err(failure) = fleet.renew(slot, &before).await {
                    tracing::error!(
                        slot = slot + 1,
                        "the worker of before cannot be had back: {failure}"
                    );
                }
            }
            return Err(failure);
        }
        slot += 1;
    }
    fleet.set_generation(next);
    Ok(())
}

/// Has a new worker of the same generation take over in a slot.
pub(crate) async fn renew(fleet: &Fleet, slot: usize, reason: &str) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    fleet.renew(slot, &fleet.generation()).await?;
    fleet.counts().renewed(reason);
    Ok(())
}

impl Master {
    /// Puts what the configuration says now into force, and says what that is. A failure leaves all as it was.
    pub(crate) async fn reload(&self) -> Result<String, Failure> {
        if self.waits.swap(true, Relaxed) {
            return Ok("a reload waits already, and will do".to_owned());
        }
        let _changing = self.changing().await;
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
