//! What a server tells its supervisor of itself.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::sleep;

use crate::admin::Health;
use crate::notify::{Notifier, State};

/// When to tell again what the supervisor's queue had no room for.
const AGAIN: Duration = Duration::from_millis(100);
/// What comes after a drain: the database is closed, the last spans and lines are written.
const CLOSING: Duration = Duration::from_secs(5);

/// Tells that the server is not ready yet.
pub(super) fn tell_start(notifier: &Notifier) {
    notifier.send(&[State::Status("not ready: starting")]);
}

/// Tells once that the server, which accepts, is ready, and from then on what the ready probe says, whenever that changes.
pub(super) async fn tell_changes(notifier: &Notifier, health: &Health) -> Infallible {
    let mut changes = health.changes();
    let (mut ready, mut told) = (false, String::new());
    loop {
        changes.borrow_and_update();
        let reason = health.why_not();
        let becomes_ready = !ready && reason.is_none();
        let status = match reason {
            None => "ready".to_owned(),
            Some(reason) => format!("not ready: {reason}"),
        };
        if status != told {
            let states = [State::Ready, State::Status(&status)];
            let news = if becomes_ready { &states } else { &states[1..] };
            if !notifier.send(news) {
                sleep(AGAIN).await;
                continue;
            }
            ready |= becomes_ready;
            told = status;
        }
        // Its sender is a part of `health`, so there is always another.
        let _ = changes.changed().await;
    }
}

/// Tells that the server ends, and how long that may take.
pub(super) fn tell_end(notifier: &Notifier, drain: Duration) {
    notifier.send(&[
        State::Stopping,
        State::Status("draining"),
        State::ExtendTimeout(drain.saturating_add(CLOSING)),
    ]);
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::tell_changes;
    use crate::admin::Health;
    use crate::config::Env;
    use crate::notify::{Notifier, State};

    /// The one word that a supervisor must not miss: without it the start is taken to have failed.
    #[tokio::test]
    async fn ready_is_told_again_when_there_was_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        let notifier = Notifier::from_env(&Env::of([("NOTIFY_SOCKET", path.to_str().unwrap())]));
        while notifier.send(&[State::Watchdog]) {}
        let health = Health::new();
        health.started();
        let mut buffer = [0; 100];
        let mut hears = || {
            let length = socket.recv(&mut buffer).ok()?;
            Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
        };
        let supervisor = async {
            // It reads only after the first try.
            tokio::task::yield_now().await;
            loop {
                match hears() {
                    Some(told) if told == "READY=1\nSTATUS=ready" => return,
                    Some(_) => {}
                    None => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let told = async {
            tokio::select! {
                biased;
                never = tell_changes(&notifier, &health) => match never {},
                () = supervisor => {}
            }
        };
        timeout(Duration::from_secs(10), told).await.unwrap();
    }
}
