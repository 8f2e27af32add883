//! A master at work: from its first worker to its end.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use domain::display_url;
use kit::config::Secret;
use kit::notify::State as Sign;
use kit::serve::attend;
use kit::{metrics, program};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::assemble::{Assembled, Before, Begin};
use super::events::What;
use super::state::{Master, Stop};
use super::{door, reaper, watch};
use crate::SERVICE;

/// How long workers that are ended at once may take, before they are killed.
const ABRUPT: Duration = Duration::from_secs(2);

/// Looks after the workers until the end.
pub(crate) async fn serve(assembled: Assembled) -> anyhow::Result<ExitCode> {
    let Assembled {
        master,
        mut signals,
        ear,
        mut stops,
        begin,
        admin,
        control,
        _pid_file,
    } = assembled;
    let (fleet, master) = (master.fleet.clone(), &master);
    let children = signals.take_children()?;
    metrics::start(SERVICE.name, SERVICE.version, &master.health)?;
    let _admin = attend("admin", admin, door::router(master));
    let _control = control.map(|control| control.answer(master)).transpose()?;
    let work = async {
        match begin {
            Begin::Anew(slots) => {
                // What is to change has to wait until it is known that there is something.
                let changing = master.changing().await;
                if let Some(code) = first(master, &mut stops).await? {
                    return Ok(code);
                }
                fleet.generation().sockets.reserve(slots)?;
                fleet.resize(slots);
                drop(changing);
                tokio::select! {
                    () = fleet.complete() => master.health.started(),
                    how = stops.recv() => {
                        return Ok(end(master, how.unwrap_or(Stop::Now), &mut stops).await);
                    }
                }
                introduce(master)?;
            }
            Begin::From(before) => go_on(master, before),
        }
        // The sender is in `master`.
        let how = stops.recv().await.unwrap_or(Stop::Now);
        Ok(end(master, how, &mut stops).await)
    };
    tokio::select! {
        // What the program before has left is taken over before any of it is reaped.
        biased;
        code = work => code,
        never = signals.obey(master) => match never {},
        never = reaper::reap(&fleet, children) => match never {},
        never = ear.listen(&fleet) => match never {},
        never = watch::watch(&fleet) => match never {},
        never = master.tell_readiness() => match never {},
    }
}

/// Goes on with the workers of the program before, and has others take their place that run this one.
fn go_on(master: &Arc<Master>, before: Before) {
    let fleet = &master.fleet;
    for worker in &before.workers {
        fleet.adopt(worker);
    }
    for worker in before.slots {
        fleet.open(worker);
    }
    // They have proven themselves before.
    fleet.note(&Ok(()));
    master.health.started();
    if let Some(why) = &before.failed {
        master.upgrade_failed(why);
    }
    let upgraded = master.clone();
    master.go_on_with(before.pending, async move {
        if before.failed.is_none() {
            upgraded.upgraded().await;
        }
    });
}

/// Starts the first worker, which sees to the database: the others follow when it is ready. If it is not, the code with
/// which the master ends.
async fn first(
    master: &Master,
    stops: &mut mpsc::UnboundedReceiver<Stop>,
) -> anyhow::Result<Option<ExitCode>> {
    master.fleet.resize(1);
    let mut changes = master.fleet.changes();
    loop {
        match master.fleet.first() {
            Some(Ok(())) => return Ok(None),
            // What it wrote last says why.
            Some(Err(failure)) if !failure.lines.is_empty() => return Ok(Some(ExitCode::FAILURE)),
            Some(Err(failure)) => anyhow::bail!(failure.reason),
            None => {}
        }
        tokio::select! {
            // The sender is in the fleet.
            _ = changes.changed() => {}
            how = stops.recv() => return Ok(Some(end(master, how.unwrap_or(Stop::Now), stops).await)),
        }
    }
}

/// Has all workers leave. A second order to stop cuts them off.
async fn end(master: &Master, how: Stop, stops: &mut mpsc::UnboundedReceiver<Stop>) -> ExitCode {
    let fleet = &master.fleet;
    tracing::info!(workers = fleet.slots(), "asked to stop");
    master.health.drain();
    fleet.events().tell(What::Stopping);
    let longest = fleet.generation().limits.drain;
    let signs = [
        Sign::Stopping,
        Sign::Status("draining"),
        Sign::ExtendTimeout(longest + ABRUPT),
    ];
    master.supervisor.send(&signs);
    if how == Stop::Soon {
        for worker in fleet.workers() {
            worker.board.set_linger(Duration::ZERO);
        }
    }
    fleet.stop();
    let generation = fleet.generation();
    let gone = async {
        tokio::join!(fleet.gone(), async {
            sleep(generation.limits.delay).await;
            generation.sockets.close();
        });
    };
    let is_cut = tokio::select! {
        () = gone => false,
        () = at_once(how, stops) => {
            fleet.cut(ABRUPT).await;
            true
        }
    };
    tracing::info!("stopped");
    if is_cut {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Resolves when there is no more time.
async fn at_once(how: Stop, stops: &mut mpsc::UnboundedReceiver<Stop>) {
    if how != Stop::Now {
        stops.recv().await;
    }
}

/// Says where it listens, which database it uses, and what to try first.
fn introduce(master: &Master) -> anyhow::Result<()> {
    let version = SERVICE.version;
    let main = master.fleet.generation().sockets.addresses();
    let (here, probes) = (main.join(", "), master.probes().join(", "));
    program::say(&format!(
        "HBNB {version} listens on {here}, metrics and probes on {probes}"
    ))?;
    let Database { database_url } = master.settings().get()?;
    program::say(&format!("Database: {}", display_url(database_url.expose())))?;
    match main.iter().find(|address| address.starts_with("http")) {
        Some(first) => Ok(program::say(&format!("Open {first}/ in a browser"))?),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
struct Database {
    database_url: Secret,
}
