//! An upgrade: another program takes the place of this one, see [`takeover`](super::takeover), and then its workers those of
//! this one.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use kit::notify::State as Sign;
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::begin::begin;
use super::slot::{Failure, dismiss};
use super::state::{Master, refused};
use super::takeover::{Kept, Successor, hold_signals};

/// How long an answer to who asked for the upgrade may take to leave, and a signal that came before they were held back to
/// be obeyed.
const MOMENT: Duration = Duration::from_millis(50);

impl Master {
    /// Tries the program out that is now where this one was found, and has it take over. `tried` hears how the trial ended;
    /// how the rest did is told by the program that goes on.
    pub(crate) async fn upgrade(self: Arc<Self>, tried: oneshot::Sender<Result<String, Failure>>) {
        let _changing = self.changing().await;
        let _surge = self.fleet.surge().await;
        self.pending().upgrade = false;
        let program = match self.try_out().await {
            Ok(program) => program,
            Err(failure) => {
                self.upgrade_failed(&failure.reason);
                // Nobody need wait for it.
                let _ = tried.send(Err(failure));
                return;
            }
        };
        let _ = tried.send(Ok("the new program takes over".to_owned()));
        sleep(MOMENT).await;
        if let Err(error) = self.hand_over(&program).await {
            self.upgrade_failed(&error.to_string());
        }
    }

    /// Has a worker of the program become ready, and the program say that it can take over.
    async fn try_out(&self) -> Result<File, Failure> {
        let path = &self.call.line.program;
        let program = File::open(path).map_err(|error| {
            refused(format!(
                "the program {} cannot be opened: {error}",
                path.display()
            ))
        })?;
        let arguments = &self.call.line.arguments;
        let (kept, successor) = (Kept::of(self), Successor::new(&program, arguments));
        let could = successor.could(&kept).await;
        could.map_err(|error| refused(format!("{error:#}")))?;
        let settings = self.call.settings().map_err(refused)?;
        let generation = self
            .generation(&settings, &program, self.fleet.slots())
            .await?;
        let worker = begin(&self.fleet, self.fleet.slots(), &generation).await?;
        dismiss(&self.fleet, worker);
        Ok(program)
    }

    async fn hand_over(&self, program: &File) -> anyhow::Result<()> {
        hold_signals(true)?;
        sleep(MOMENT).await;
        if self.fleet.is_stopping() {
            hold_signals(false)?;
            anyhow::bail!("it was told to stop meanwhile");
        }
        self.supervisor
            .send(&[Sign::Reloading, Sign::Status("another program takes over")]);
        let successor = Successor::new(program, &self.call.line.arguments);
        let error = successor.become_it(&Kept::of(self));
        hold_signals(false)?;
        Err(error)
    }

    /// Has workers of this program take the place of those of the one before.
    pub(crate) async fn upgraded(&self) {
        tracing::info!(
            version = crate::SERVICE.version,
            "this program has taken over"
        );
        // How that ends is in the log, and in the status.
        let _ = self.reload().await;
    }

    /// Notes that all stays as it was.
    pub(crate) fn upgrade_failed(&self, why: &str) {
        tracing::error!("the upgrade failed, all stays as it was: {why}");
        self.fleet.counts().reloaded(false);
        self.note(Err(refused(why)));
        self.tell_supervisor();
    }
}
