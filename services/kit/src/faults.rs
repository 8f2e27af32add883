//! Trouble on demand, for trying out what watches the service: only with `HBNB_FAULTS=true`, only on the admin listener,
//! and each fault only for a time.

mod builtin;

pub(crate) use builtin::trouble;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use prometheus::{IntGaugeVec, Opts};
use tokio::runtime::Handle;
use tokio::time::sleep;

use crate::admin::Health;
use crate::metrics;
use crate::serve::signal;
use builtin::Trouble;

/// How long a fault may outlast its time.
const TICK: Duration = Duration::from_millis(100);

/// Puts a fault on with a value, or heals it with none. Says what would be right when the value is wrong.
type Setter = Box<dyn Fn(Option<&str>) -> Result<(), String> + Send>;

/// The faults that can be put on. Clones share them.
#[derive(Clone)]
pub struct Faults {
    known: Arc<Mutex<BTreeMap<&'static str, Fault>>>,
    active: IntGaugeVec,
    trouble: Trouble,
}

struct Fault {
    meaning: &'static str,
    set: Setter,
    now: Option<(String, Instant)>,
}

/// A fault as it is now.
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    /// Its value and the time left, when it is on.
    pub(crate) now: Option<(String, Duration)>,
}

/// Why a fault was not put on.
pub(crate) enum Refused {
    /// There is none of this name; these there are.
    Unknown(String),
    /// The value is wrong; this would be right.
    Value(String),
}

impl Faults {
    /// The faults of every service: latency, errors, not ready, memory, stuck. `runtime` is the one that serves clients.
    pub fn new(health: &Health, runtime: &Handle) -> prometheus::Result<Faults> {
        let active = Opts::new("faults_active", "Whether a fault on demand is on.");
        let active = IntGaugeVec::new(active, &["fault"])?;
        metrics::registry().register(Box::new(active.clone()))?;
        let faults = Faults {
            known: Arc::default(),
            active,
            trouble: Trouble::default(),
        };
        builtin::add(&faults, &faults.trouble, health, runtime);
        Ok(faults)
    }

    /// Makes a fault known.
    pub fn add(
        &self,
        name: &'static str,
        meaning: &'static str,
        set: impl Fn(Option<&str>) -> Result<(), String> + Send + 'static,
    ) {
        self.active.with_label_values(&[name]).set(0);
        let set = Box::new(set);
        let now = None;
        self.known().insert(name, Fault { meaning, set, now });
    }

    /// What the layer around every request asks.
    pub(crate) fn trouble(&self) -> &Trouble {
        &self.trouble
    }

    pub(crate) fn list(&self) -> Vec<Told> {
        let left = |(value, until): &(String, Instant)| {
            (
                value.clone(),
                until.saturating_duration_since(Instant::now()),
            )
        };
        let told = |(name, fault): (&&'static str, &Fault)| Told {
            name,
            meaning: fault.meaning,
            now: fault.now.as_ref().map(left),
        };
        self.known().iter().map(told).collect()
    }

    pub(crate) fn put(&self, name: &str, value: &str, time: Duration) -> Result<(), Refused> {
        let mut known = self.known();
        let names = || known.keys().copied().collect::<Vec<_>>().join(", ");
        if !known.contains_key(name) {
            return Err(Refused::Unknown(names()));
        }
        if let Some(fault) = known.get_mut(name) {
            (fault.set)(Some(value)).map_err(Refused::Value)?;
            fault.now = Some((value.to_owned(), Instant::now() + time));
            self.active.with_label_values(&[name]).set(1);
            tracing::warn!(
                fault = name,
                value,
                for_s = time.as_secs_f64(),
                "a fault is on"
            );
        }
        Ok(())
    }

    /// Heals what `ill` picks by name and by when its time is over.
    pub(crate) fn heal(&self, ill: impl Fn(&str, Instant) -> bool) {
        for (name, fault) in self.known().iter_mut() {
            let over = |(_, until): &(String, Instant)| ill(name, *until);
            if !fault.now.as_ref().is_some_and(over) {
                continue;
            }
            fault.now = None;
            self.active.with_label_values(&[name]).set(0);
            match (fault.set)(None) {
                Ok(()) => tracing::warn!(fault = name, "a fault is healed"),
                Err(error) => tracing::error!(fault = name, %error, "a fault cannot be healed"),
            }
        }
    }

    /// Heals each fault when its time is over, and all when the process is told to stop, so that it can end well.
    pub(crate) async fn heal_in_time(&self) {
        let by_the_clock = async {
            loop {
                sleep(TICK).await;
                let now = Instant::now();
                self.heal(|_, until| until <= now);
            }
        };
        let stops = async {
            // Put on again while draining, a fault is healed by the clock only.
            signal().await;
            self.heal(|_, _| true);
            std::future::pending::<()>().await;
        };
        tokio::join!(stops, by_the_clock);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<&'static str, Fault>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
