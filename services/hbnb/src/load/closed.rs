//! Users, each of whom waits for an answer before the next request.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::runner::Runner;
use super::visitor::Visitor;

/// How long users stay away from a site that does not answer, at least.
const PAUSE: Duration = Duration::from_millis(100);

/// Lets so many users go on until then. Whether nobody said stop.
pub(crate) async fn run(
    runner: &Arc<Runner>,
    visitor: &Visitor,
    users: usize,
    think: Duration,
    until: Instant,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<bool> {
    let mut all = JoinSet::new();
    for seed in (1..).take(users) {
        all.spawn(user(Arc::clone(runner), visitor.seeded(seed), think, until));
    }
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            done = all.join_next() => match done {
                Some(done) => done??,
                None => return Ok(true),
            },
            () = &mut stop => return Ok(false),
        }
    }
}

async fn user(
    runner: Arc<Runner>,
    mut visitor: Visitor,
    think: Duration,
    until: Instant,
) -> http::Result<()> {
    while Instant::now() < until {
        let answered = runner.run(visitor.next()?, Instant::now()).await;
        let pause = match answered {
            true => think,
            false => think.max(PAUSE),
        };
        if !pause.is_zero() {
            sleep(pause.min(until.saturating_duration_since(Instant::now()))).await;
        }
    }
    Ok(())
}
