//! The faults that every service has.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use tokio::runtime::Handle;

use super::Faults;
use crate::admin::Health;
use crate::config::{Size, Span};
use crate::layers::{RefusalPage, refuse};

/// The most ballast.
const MOST: u64 = 4 << 30;
const BLOCK: &str = "fault";
/// How long an order waits at most for the workers of a runtime to stand: one may be in a long step.
const ALL_STAND: Duration = Duration::from_secs(1);
/// After how long another task is tried on a worker that does not stand.
const NEXT_TASK: Duration = Duration::from_millis(5);

/// What happens to every request.
#[derive(Clone, Default)]
pub(crate) struct Trouble(Arc<Share>);

#[derive(Default)]
struct Share {
    /// Milliseconds that each request waits; 0 for none.
    latency: AtomicU64,
    /// How many of a million requests fail.
    failing: AtomicU64,
    /// The sum of the shares of all requests so far; each time it passes a million, one fails.
    sum: AtomicU64,
}

impl Share {
    fn fails(&self) -> bool {
        let failing = self.failing.load(Relaxed);
        if failing == 0 {
            return false;
        }
        let before = self.sum.fetch_add(failing, Relaxed);
        before / 1_000_000 != (before + failing) / 1_000_000
    }
}

/// The layer of [`Faults::trouble`].
pub(crate) async fn trouble(
    State((Trouble(share), page)): State<(Trouble, Option<RefusalPage>)>,
    request: Request,
    next: Next,
) -> Response {
    let latency = share.latency.load(Relaxed);
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    if share.fails() {
        let path = request.uri().path();
        let (status, sentence) = (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
        return refuse(path, page, status, sentence);
    }
    next.run(request).await
}

pub(super) fn add(faults: &Faults, trouble: &Trouble, health: &Health, runtime: &Handle) {
    let share = trouble.0.clone();
    faults.add("latency", "each request waits so long", move |value| {
        let latency = value.map_or(Ok(Span::default()), str::parse)?;
        let millis = u64::try_from(latency.0.as_millis()).unwrap_or(u64::MAX);
        share.latency.store(millis, Relaxed);
        Ok(())
    });
    let share = trouble.0.clone();
    let meaning = "this share of the requests, from 0 to 1, is answered with 500";
    faults.add("errors", meaning, move |value| {
        share
            .failing
            .store(value.map_or(Ok(0), millionths)?, Relaxed);
        Ok(())
    });
    let health = health.clone();
    faults.add("not_ready", "the ready probe fails", move |value| {
        match value {
            Some(_) => health.block(BLOCK, "a fault on demand"),
            None => health.clear(BLOCK),
        }
        Ok(())
    });
    let ballast = Mutex::new(Vec::new());
    let meaning = "so much memory is taken, such as 200MiB, at most 4GiB";
    faults.add("memory", meaning, move |value| {
        let bytes = value.map_or(Ok(0), ballast_size)?;
        // Ones, because zeros would not be there until they are read.
        *ballast.lock().unwrap_or_else(PoisonError::into_inner) = vec![1_u8; bytes];
        Ok(())
    });
    let (runtime, gate) = (runtime.clone(), Arc::<Gate>::default());
    faults.add("stuck", "no task runs any more", move |value| {
        match value {
            Some(_) => gate.shut(&runtime),
            None => gate.open(),
        }
        Ok(())
    });
}

fn millionths(text: &str) -> Result<u64, String> {
    let share = text.parse::<f64>().ok();
    let share = share.filter(|share| (0.0..=1.0).contains(share));
    let share = share.ok_or("give a share from 0 to 1, such as 0.2")?;
    // Whole from 0 to a million.
    let digits = format!("{:.0}", share * 1e6);
    digits
        .parse()
        .map_err(|_| "give a share from 0 to 1".to_owned())
}

fn ballast_size(text: &str) -> Result<usize, String> {
    let Size(bytes) = text.parse()?;
    match usize::try_from(bytes) {
        Ok(size) if bytes <= MOST => Ok(size),
        _ => Err("give at most 4GiB".to_owned()),
    }
}

/// Where the workers of a runtime stand while it is stuck.
#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
}

#[derive(Default)]
struct GateState {
    is_shut: bool,
    /// Workers that stand.
    standing: usize,
}

impl Gate {
    /// Gives every worker a task that does not go on, and waits until all stand, so that no request comes through after
    /// this; for [`ALL_STAND`] at most. Shut already, it stays so.
    fn shut(self: &Arc<Gate>, runtime: &Handle) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.is_shut, true) {
            return;
        }
        let until = Instant::now() + ALL_STAND;
        while state.standing < runtime.metrics().num_workers() && Instant::now() < until {
            // One that was given may lie in the queue of a worker that stands: no other is woken for it.
            let gate = self.clone();
            runtime.spawn(async move { gate.pass() });
            state = self
                .changed
                .wait_timeout(state, NEXT_TASK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn pass(&self) {
        let mut state = self.lock();
        state.standing += 1;
        self.changed.notify_all();
        state = self
            .changed
            .wait_while(state, |state| state.is_shut)
            .unwrap_or_else(PoisonError::into_inner);
        state.standing -= 1;
    }

    fn open(&self) {
        self.lock().is_shut = false;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
