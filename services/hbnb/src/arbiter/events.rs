//! What happens to a master and its workers, told to those who watch.

use std::time::SystemTime;

use futures_util::{Stream, StreamExt, stream};
use humantime::format_rfc3339_millis;
use serde::Serialize;
use tokio::sync::broadcast::{self, Receiver, error::RecvError};

/// How many events one who reads slowly may be behind, before the oldest are missed.
const ROOM: usize = 256;

/// Where events are told. Clones share it.
#[derive(Clone)]
pub(crate) struct Events(broadcast::Sender<Event>);

/// One of them, and when it was.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Event {
    time: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum What {
    /// The first that one who watches is told: how it is now.
    Watching {
        pid: u32,
        generation: u64,
        workers: usize,
    },
    /// A worker turned `starting`, `ready`, `draining` or `ended`, the last for a cause.
    Worker {
        slot: usize,
        generation: u64,
        pid: i32,
        state: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<&'static str>,
    },
    /// So many workers are to be there from now on.
    Scaled { workers: usize },
    /// A reload or an upgrade ended.
    Reloaded { done: bool, message: String },
    /// The ready probe fails on purpose, or no longer does.
    Drained { is_drained: bool },
    /// The master ends.
    Stopping,
    /// Who reads was too slow for so many events.
    Missed { events: u64 },
}

impl Events {
    pub(crate) fn new() -> Events {
        Events(broadcast::Sender::new(ROOM))
    }

    pub(crate) fn tell(&self, what: What) {
        // Often nobody watches.
        if self.0.receiver_count() > 0 {
            let _ = self.0.send(Event::of(what));
        }
    }

    /// A first one, and all that are told from now on, each as a line of JSON.
    pub(crate) fn lines(
        &self,
        now: What,
    ) -> impl Stream<Item = serde_json::Result<String>> + use<> {
        let rest = stream::unfold(self.0.subscribe(), async |mut events| {
            Some((next_line(&mut events).await?, events))
        });
        stream::iter([line(&Event::of(now))]).chain(rest)
    }
}

impl Event {
    fn of(what: What) -> Event {
        let time = format_rfc3339_millis(SystemTime::now()).to_string();
        Event { time, what }
    }
}

/// An event as a line of JSON.
fn line(event: &Event) -> serde_json::Result<String> {
    Ok(serde_json::to_string(event)? + "\n")
}

/// The next event as a line; none once there are no more.
async fn next_line(events: &mut Receiver<Event>) -> Option<serde_json::Result<String>> {
    let event = match events.recv().await {
        Ok(event) => event,
        Err(RecvError::Lagged(events)) => Event::of(What::Missed { events }),
        Err(RecvError::Closed) => return None,
    };
    Some(line(&event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_reads_slowly_is_told_what_was_missed() {
        let events = Events::new();
        events.tell(What::Stopping);
        let mut watched = events.0.subscribe();
        for workers in 0..ROOM + 3 {
            events.tell(What::Scaled { workers });
        }
        let missed = next_line(&mut watched).await.unwrap().unwrap();
        assert!(
            missed.ends_with("\"event\":\"missed\",\"events\":3}\n"),
            "{missed}"
        );
        let next = next_line(&mut watched).await.unwrap().unwrap();
        assert!(
            next.ends_with("\"event\":\"scaled\",\"workers\":3}\n"),
            "{next}"
        );
        drop(events);
        let mut rest = 0;
        while next_line(&mut watched).await.is_some() {
            rest += 1;
        }
        assert_eq!(rest, ROOM - 1);
    }
}
