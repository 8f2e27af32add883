//! One request after another, recorded.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Plan;
use super::cause::{Cause, Failed};
use super::client::Client;
use super::record::{Done, Record};
use super::report::Report;
use super::visitor::Visit;

/// A client, and the record of what it did.
pub(crate) struct Runner {
    client: Client,
    record: Mutex<Record>,
    begun: Instant,
}

impl Runner {
    /// Time is counted from now on.
    pub(crate) fn new(client: Client) -> anyhow::Result<Runner> {
        let begun = Instant::now();
        Ok(Runner {
            client,
            record: Mutex::new(Record::new(begun)?),
            begun,
        })
    }

    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    /// Makes a request that was due some time ago, or now. Whether the site answered, be it well or not.
    pub(crate) async fn run(&self, visit: Visit, due: Instant) -> bool {
        let (method, uri) = (visit.ask.method().clone(), visit.ask.uri().clone());
        let sent = Instant::now();
        self.record().start(sent.saturating_duration_since(due));
        let answer = self.client.send(visit.ask).await;
        let answered = answer.is_ok();
        let ended = Instant::now();
        let took = (ended - sent).as_secs_f64();
        let outcome = answer
            .and_then(|answer| visit.wanted.judge(&answer))
            .map_err(|failed| Failed {
                detail: format!("{method} {uri} after {took:.3} s: {}", failed.detail),
                ..failed
            });
        self.record().end(Done {
            step: visit.step,
            due,
            ended,
            outcome,
        });
        answered
    }

    /// Counts a request that is not made.
    pub(crate) fn skip(&self, visit: &Visit, due: Instant) {
        let detail = format!("{} {}", visit.ask.method(), visit.ask.uri());
        self.record().add(Done {
            step: visit.step,
            due,
            ended: Instant::now(),
            outcome: Err(Failed::new(Cause::Dropped, detail)),
        });
    }

    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has become of everything so far.
    pub(crate) fn report(
        &self,
        plan: &Plan,
        took: Duration,
        interrupted: bool,
    ) -> anyhow::Result<Report> {
        Report::new(plan, &self.record(), took, interrupted)
    }
}
