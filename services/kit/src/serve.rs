//! Serving until told to stop, and ending without losing a request.

mod accept;
mod answer;
mod apart;
mod attend;
mod bind;
mod body;
mod bound;
mod clock;
mod connection;
mod error;
mod files;
mod inherited;
mod master;
mod place;
mod pulse;
mod signals;
mod socket;
mod tell;
mod timed;
mod unix;

pub use attend::{Attended, attend};
pub use bind::{BACKLOG, Listeners, bind};
pub use bound::Bound;
pub use clock::Clocks;
pub use connection::Peer;
pub use error::ServeError;
pub use files::raise_file_limit;
pub use inherited::Inherited;
pub use master::Master;
pub use signals::signal;

pub(crate) use answer::Deadline;
pub(crate) use connection::{FIELD_LIMIT, HEAD_LIMIT};
pub(crate) use signals::hear_reopen;

use std::pin::pin;
use std::time::Duration;

use axum::Router;

use crate::admin::Health;
use crate::board::Board;
use crate::config::Common;
use crate::faults::Faults;
use crate::limit::Limit;
use crate::notify::Notifier;
use accept::Group;
use apart::Apart;
use master::Orders;
use place::Places;
use pulse::Pulse;
use signals::Signals;
use socket::Socket;
use tell::{tell_changes, tell_end, tell_start};

/// How long connections that were cut off may take to notice.
const FAREWELL: Duration = Duration::from_millis(100);

/// A bound server, complete but for the order to stop.
pub struct Serve {
    /// The main listeners.
    pub main: Listeners,
    /// The listener for metrics and probes; it answers until the very end.
    pub admin: Listeners,
    /// What the admin listener answers with, most likely [`admin::router`](crate::admin::router).
    pub admin_router: Router,
    /// Trouble that can be put on by the admin listener.
    pub faults: Option<Faults>,
    /// What the probes report.
    pub health: Health,
    /// How long the parts of the end may take.
    pub drain: Drain,
    /// How long clients may take.
    pub clocks: Clocks,
    /// How many connections the main listeners have at once before they stop accepting; 0 is no limit.
    pub connection_limit: Limit,
    /// Who is told that it is ready, why it is not, that it lives and that it ends.
    pub notifier: Notifier,
    /// Where a worker notes how it is.
    pub board: Option<Board>,
}

/// How long the parts of the end may take.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// From the order to stop until accepting ends, so that balancers have seen the readiness fall.
    pub delay: Duration,
    /// From then until idle connections are closed, so that clients on them have heard `Connection: close`.
    pub linger: Duration,
    /// From then until requests still in flight are cut off.
    pub deadline: Duration,
}

impl Drain {
    /// How long the end takes at most.
    fn longest(self) -> Duration {
        let parts = [self.delay, self.linger, self.deadline, FAREWELL];
        parts
            .into_iter()
            .fold(Duration::ZERO, Duration::saturating_add)
    }
}

impl From<&Common> for Drain {
    fn from(common: &Common) -> Drain {
        Drain {
            delay: common.drain_delay.0,
            linger: common.drain_linger.0,
            deadline: common.drain_deadline.0,
        }
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// Every request was answered.
    Drained,
    /// The deadline passed with requests in flight; they were cut off.
    CutOff,
    /// A second order to stop came before the end.
    Interrupted,
}

impl Outcome {
    /// The exit code of the process: 1 if it was interrupted, otherwise 0.
    pub fn code(self) -> u8 {
        u8::from(self == Outcome::Interrupted)
    }
}

impl Serve {
    /// Answers probes at once, and on the main listeners once `router` is there (its [`layers`](crate::layers::apply)
    /// included), until `shutdown` resolves; then drains. A second SIGTERM or SIGINT ends the drain at once.
    pub async fn run<E: From<ServeError>>(
        self,
        router: impl Future<Output = Result<Router, E>>,
        shutdown: impl Future<Output = ()>,
    ) -> Result<Outcome, E> {
        // Told now rather than at the drain, if signals cannot be heard at all.
        Signals::new().map_err(ServeError::Signals)?;
        // Made only when the drain begins, it does not see the signal that began it.
        let interrupt = async { signal().await };
        self.run_until(router, shutdown, interrupt).await
    }

    /// The same for a worker, which is told by its master.
    pub async fn run_for<E: From<ServeError>>(
        self,
        master: Master,
        router: impl Future<Output = Result<Router, E>>,
    ) -> Result<Outcome, E> {
        let Orders { leave, now } = master.orders().map_err(ServeError::Signals)?;
        self.run_until(router, leave.cancelled(), now.cancelled())
            .await
    }

    /// The same, but `interrupt`, first polled when the drain begins, ends it at once.
    pub async fn run_until<E: From<ServeError>>(
        self,
        router: impl Future<Output = Result<Router, E>>,
        shutdown: impl Future<Output = ()>,
        interrupt: impl Future<Output = ()>,
    ) -> Result<Outcome, E> {
        let admin = Apart::start(self.admin, self.admin_router, self.clocks, self.faults)?;
        let _pulse = Pulse::start(&self.health, &self.notifier, self.board.clone());
        tell_start(&self.notifier);
        let mut shutdown = pin!(shutdown);
        let router = tokio::select! {
            // One that is there drains, although it is told to stop at once: clients may wait at the listeners.
            biased;
            router = router => router?,
            () = shutdown.as_mut() => {
                tell_end(&self.notifier, Duration::ZERO);
                return Ok(Outcome::Drained);
            }
        };
        let places = Places::new("main", self.connection_limit);
        let main = Group::start(self.main, router, self.clocks, &places);
        tokio::select! {
            () = shutdown => {}
            never = tell_changes(&self.notifier, &self.health) => match never {},
        }
        tracing::info!("asked to stop: draining");
        self.health.drain();
        tell_end(&self.notifier, self.drain.longest());
        main.bid_farewell();
        let linger = self.board.as_ref().and_then(Board::linger);
        let in_time = Drain {
            linger: linger.unwrap_or(self.drain.linger),
            ..self.drain
        };
        let outcome = tokio::select! {
            outcome = drain(&main, in_time) => outcome,
            () = interrupt => Outcome::Interrupted,
        };
        main.cut_off();
        // So that the lines of the requests that were cut off are in the log.
        let _ = main.ended_within(FAREWELL).await;
        drop(admin);
        tracing::info!(?outcome, "stopped");
        Ok(outcome)
    }
}

async fn drain(main: &Group, drain: Drain) -> Outcome {
    tokio::time::sleep(drain.delay).await;
    main.close();
    if main.ended_within(drain.linger).await {
        return Outcome::Drained;
    }
    main.finish();
    if main.ended_within(drain.deadline).await {
        return Outcome::Drained;
    }
    tracing::warn!(
        connections = main.connections(),
        "the drain deadline has passed: requests in flight are cut off"
    );
    Outcome::CutOff
}
