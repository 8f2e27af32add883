//! Accepting connections on a group of listeners, and ending the group.

use std::future::ready;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bind::{BACKLOG, Listeners};
use super::clock::Clocks;
use super::connection::{Connections, Peer};
use super::place::{Place, Places};
use super::socket::{Accepted, Socket};

/// The pause after a failed accept, doubled while it keeps failing.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Listeners that share a router, and their connections.
pub(super) struct Group {
    connections: Arc<Connections>,
    tracker: TaskTracker,
    closed: CancellationToken,
}

impl Group {
    /// Starts accepting on every listener.
    pub(super) fn start(
        listeners: Listeners,
        router: Router,
        clocks: Clocks,
        places: &Places,
    ) -> Group {
        let group = Group {
            connections: Arc::new(Connections::new(router, clocks)),
            tracker: TaskTracker::new(),
            closed: CancellationToken::new(),
        };
        for socket in listeners.0 {
            let (connections, tracker) = (group.connections.clone(), group.tracker.clone());
            let (closed, places) = (group.closed.clone(), places.clone());
            // Tracked too: the group has ended only once its sockets are closed.
            group.tracker.spawn(async move {
                tokio::select! {
                    () = closed.cancelled() => {}
                    () = accept_all(&socket, &connections, &tracker, &places) => {}
                }
                accept_waiting(&socket, &connections, &tracker, &places).await;
            });
        }
        group
    }

    /// Asks clients to make their next requests elsewhere, where a connection as a whole can say so (HTTP/2).
    pub(super) fn bid_farewell(&self) {
        self.connections.farewell.cancel();
    }

    /// Closes the listeners; connections stay.
    pub(super) fn close(&self) {
        self.closed.cancel();
        self.tracker.close();
    }

    /// Closes idle connections now, and each other one after the answer in flight.
    pub(super) fn finish(&self) {
        self.connections.finish.cancel();
    }

    /// Ends everything at once.
    pub(super) fn cut_off(&self) {
        self.close();
        self.connections.cut_off.cancel();
    }

    /// Whether all connections of the closed group have ended within this time.
    pub(super) async fn ended_within(&self, limit: Duration) -> bool {
        timeout(limit, self.tracker.wait()).await.is_ok()
    }

    /// How many connections are left, once the group is closed.
    pub(super) fn connections(&self) -> usize {
        self.tracker.len()
    }
}

async fn accept_all(
    socket: &Socket,
    connections: &Arc<Connections>,
    tracker: &TaskTracker,
    places: &Places,
) {
    let mut pause = PAUSES.0;
    loop {
        let free = places.free().await;
        match socket.accept().await {
            Ok(accepted) => {
                pause = PAUSES.0;
                take_up(accepted, free.take(), connections, tracker);
                // What it asks is done before the next is taken, which another process of the same sockets may be free for.
                yield_now().await;
            }
            // The client went away while it waited, which says nothing about the next one.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // Such as no file descriptors left: connections that end will free some.
            Err(error) => {
                tracing::warn!(%error, address = socket.address(), "a connection cannot be accepted");
                sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// Accepts those that wait in the kernel's queue: when the last process closes the socket, it would reset them.
async fn accept_waiting(
    socket: &Socket,
    connections: &Arc<Connections>,
    tracker: &TaskTracker,
    places: &Places,
) {
    for _ in 0..BACKLOG {
        let Some(free) = places.free_now() else {
            return;
        };
        let accepted = tokio::select! {
            biased;
            accepted = socket.accept() => accepted,
            () = ready(()) => return,
        };
        // One whose client went away says nothing about the next.
        if let Ok(accepted) = accepted {
            take_up(accepted, free.take(), connections, tracker);
        }
    }
}

fn take_up(
    accepted: Accepted,
    place: Place,
    connections: &Arc<Connections>,
    tracker: &TaskTracker,
) {
    match accepted {
        Accepted::Tcp(stream, peer) => {
            tracker.spawn(connections.clone().serve(stream, Peer::new(&peer), place));
        }
        Accepted::Unix(stream) => {
            tracker.spawn(connections.clone().serve(stream, Peer::new("unix"), place));
        }
    }
}
