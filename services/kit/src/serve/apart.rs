//! The admin listener, on a thread of its own: it answers, and the log is written, also when every thread that works for
//! clients is taken.

use std::future::pending;
use std::io;
use std::thread::JoinHandle;

use axum::Router;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use super::accept::Group;
use super::bind::Listeners;
use super::clock::Clocks;
use super::error::ServeError;
use super::place::Places;
use super::signals::reopen_logs;
use super::socket::Detached;
use crate::faults::Faults;
use crate::limit::Limit;
use crate::telemetry::write_in_time;

/// The thread; it ends when this is dropped.
pub(super) struct Apart {
    end: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Apart {
    /// Moves the listeners to a new thread and answers there. Faults heal, lines are written, and the files of the log are
    /// opened anew by that thread too.
    pub(super) fn start(
        listeners: Listeners,
        router: Router,
        clocks: Clocks,
        faults: Option<Faults>,
    ) -> Result<Apart, ServeError> {
        let sockets = listeners.0.into_iter().map(super::Socket::detach);
        let sockets: Vec<Detached> = sockets
            .collect::<io::Result<_>>()
            .map_err(ServeError::Admin)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServeError::Admin)?;
        let listeners = attach(&runtime, sockets).map_err(ServeError::Admin)?;
        let end = CancellationToken::new();
        let ended = end.clone();
        let work = async move {
            let group = Group::start(
                listeners,
                router,
                clocks,
                &Places::new("admin", Limit::default()),
            );
            let heal = async {
                match faults {
                    Some(faults) => faults.heal_in_time().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = ended.cancelled() => {}
                () = heal => {}
                () = write_in_time() => {}
                () = reopen_logs() => {}
            }
            group.cut_off();
        };
        let thread = std::thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || runtime.block_on(work))
            .map_err(ServeError::Admin)?;
        Ok(Apart {
            end,
            thread: Some(thread),
        })
    }
}

fn attach(runtime: &Runtime, sockets: Vec<Detached>) -> io::Result<Listeners> {
    let _here = runtime.enter();
    let sockets = sockets.into_iter().map(Detached::attach);
    Ok(Listeners(sockets.collect::<io::Result<_>>()?))
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.end.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported there.
            let _ = thread.join();
        }
    }
}
