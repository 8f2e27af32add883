//! The watch over something that a service depends on.

use std::convert::Infallible;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};

use crate::admin::Health;
use crate::metrics;

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// What is away for less is not worth taking the service out of the load balancer.
const GRACE: Duration = Duration::from_secs(5);

/// Has `what`, such as `database`, asked each second whether it answers, and says on [`Health`] when it has not done so for
/// some seconds; `dependency_up` tells the same. It is asked also while it still owes an answer: what only gets slow changes nothing, and what is back is
/// seen although a question of before hangs.
pub async fn watch_answers<F>(health: &Health, what: &str, ask: impl Fn() -> F) -> Infallible
where
    F: Future<Output = bool> + Send + 'static,
{
    let away = format!("the {what} has been out of reach for some seconds");
    let mut asked = JoinSet::new();
    let mut answered = Instant::now();
    let mut next = interval(BETWEEN_LOOKS);
    loop {
        tokio::select! {
            Some(answer) = asked.join_next() => {
                if matches!(answer, Ok(Ok(true))) {
                    answered = Instant::now();
                    health.clear(what);
                    metrics::depend(what, true);
                }
            }
            _ = next.tick() => {
                if answered.elapsed() >= GRACE {
                    health.block(what, &away);
                    metrics::depend(what, false);
                }
                asked.spawn(timeout(GRACE, ask()));
            }
        }
    }
}
