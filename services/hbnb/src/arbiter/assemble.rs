//! Putting a master together: anew, or from what the program before has left.

use std::fs::File;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::Duration;

use kit::config::{Common, Listens, Settings};
use kit::metrics::registry;
use kit::serve::{Bound, Inherited, Listeners, raise_file_limit};
use kit::{program, telemetry};
use tokio::sync::mpsc;

use super::call::Call;
use super::control::Control;
use super::counts::{Counts, since_1970};
use super::events::Events;
use super::fleet::Fleet;
use super::generation::Generation;
use super::hears::Ear;
use super::merge::Totals;
use super::options::{ArbiterOptions, Balance};
use super::pending::Pending;
use super::pid_file::PidFile;
use super::queues;
use super::signals::Signals;
use super::sockets::Sockets;
use super::state::{Master, Parts, Stop};
use super::takeover::{self, Kept, Restored, Successor};
use super::worker::Worker;
use crate::SERVICE;
use crate::cli::gunicorn;

/// A master, and what it works with.
pub(crate) struct Assembled {
    pub(crate) master: Arc<Master>,
    pub(crate) signals: Signals,
    pub(crate) ear: Ear,
    pub(crate) stops: mpsc::UnboundedReceiver<Stop>,
    pub(crate) begin: Begin,
    pub(crate) admin: Listeners,
    pub(crate) control: Option<Control>,
    pub(crate) _pid_file: PidFile,
}

/// What its workers are at the beginning.
pub(crate) enum Begin {
    /// None; so many are to be there.
    Anew(usize),
    From(Before),
}

/// What the program before has left.
pub(crate) struct Before {
    pub(crate) slots: Vec<Option<Arc<Worker>>>,
    pub(crate) workers: Vec<Arc<Worker>>,
    /// What is left to do.
    pub(crate) pending: Pending,
    /// Why there was no other program, if there was to be one.
    pub(crate) failed: Option<String>,
}

/// A master that begins.
pub(crate) async fn anew(call: Call) -> anyhow::Result<Assembled> {
    let settings = call.settings()?;
    // Workers would say so, one after the other.
    telemetry::check(&call.env, SERVICE)?;
    let inherited = Inherited::take(&call.env);
    let (signals, common, options) = prepare(&settings, &inherited)?;
    gunicorn::warn(&call.flags);
    let control = Control::bind(&options.control_socket)?;
    let (sockets, admin) = listen(&inherited, &common, &options).await?;
    queues::warn(&sockets);
    let program = File::open("/proc/self/exe")?;
    let generation = Generation::new(1, &settings, Arc::new(sockets), program)?;
    let begin = Begin::Anew(options.workers.count());
    let rest = Rest {
        ear: Ear::new()?,
        generation: Arc::new(generation),
        ended: Totals::default(),
        admin: admin.release()?,
        control,
        upgrades: 0,
        in_force_since: since_1970(),
        events: Events::new(),
        is_drained: false,
    };
    assemble((call, settings), (signals, options), rest, begin)
}

/// A master that goes on in another program. If that is not possible, it goes on in the one before.
pub(crate) fn from_before(call: Call, number: RawFd) -> anyhow::Result<Assembled> {
    let mut kept = takeover::read(number)?;
    let settings = match call.settings() {
        // Nobody is left to give the process back to: what its workers were given is known to be right.
        Err(_) if kept.failed.is_some() => takeover::settings_of(&kept, &call.options),
        settings => settings.map_err(anyhow::Error::from),
    };
    let prepared = settings.and_then(|settings| {
        let prepared = prepare(&settings, &takeover::inherited(&kept)?)?;
        Ok((settings, prepared))
    });
    let (settings, (signals, _, options)) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            kept.failed = Some(error.to_string());
            return Err(give_back(&kept, &call));
        }
    };
    takeover::hold_signals(false)?;
    let failed = kept.failed.take();
    // Of those that the files say by now the reload tells what has changed.
    let in_force = Settings::handed(&call.options, &kept.settings).unwrap_or(settings);
    let Restored {
        ear,
        control,
        admin,
        generation,
        slots,
        workers,
        ended,
        upgrades,
        in_force_since,
        events,
        is_drained,
        pending,
    } = takeover::restore(kept)?;
    let begin = Begin::From(Before {
        slots,
        workers,
        pending,
        failed,
    });
    let rest = Rest {
        ear,
        generation,
        ended,
        admin,
        control,
        upgrades,
        in_force_since,
        events,
        is_drained,
    };
    assemble((call, in_force), (signals, options), rest, begin)
}

/// Returns only if that is not possible either.
fn give_back(kept: &Kept, call: &Call) -> anyhow::Error {
    match takeover::borrowed(kept.program) {
        Ok(program) => {
            let arguments = &call.line.arguments;
            Successor::new(&program, arguments).become_it(kept)
        }
        Err(error) => error.into(),
    }
}

fn prepare(
    settings: &Settings,
    inherited: &Inherited,
) -> anyhow::Result<(Signals, Common, ArbiterOptions)> {
    // Before the log may be renamed.
    let signals = Signals::new()?;
    program::start_log_in_files(settings, inherited)?;
    raise_file_limit(0);
    Ok((signals, settings.get()?, settings.get()?))
}

struct Rest {
    ear: Ear,
    generation: Arc<Generation>,
    ended: Totals,
    admin: Vec<Bound>,
    control: Option<Control>,
    upgrades: u64,
    /// Since 1970.
    in_force_since: Duration,
    events: Events,
    is_drained: bool,
}

fn assemble(
    (call, settings): (Call, Settings),
    (signals, options): (Signals, ArbiterOptions),
    rest: Rest,
    begin: Begin,
) -> anyhow::Result<Assembled> {
    let pid_file = match begin {
        Begin::Anew(_) => PidFile::write(&options.pid_file)?,
        Begin::From(_) => PidFile::go_on(&options.pid_file),
    };
    let counts = Counts::register(registry(), rest.in_force_since)?;
    let fleet = Fleet::new(
        rest.ear.name(),
        rest.generation,
        (counts, rest.events),
        rest.ended,
    );
    let admin = Bound::listen_all(&rest.admin)?;
    let (stop, stops) = mpsc::unbounded_channel();
    let master = Master::new(
        fleet,
        (call, settings),
        Parts {
            program: File::open("/proc/self/exe")?.into(),
            ear: rest.ear.descriptor()?,
            control: rest.control.as_ref().map(Control::place).transpose()?,
            admin: rest.admin,
            logs: telemetry::unnamed()?,
            upgrades: rest.upgrades,
            stop,
        },
    );
    if rest.is_drained {
        master.set_drained(true);
    }
    Ok(Assembled {
        master: Arc::new(master),
        signals,
        ear: rest.ear,
        stops,
        begin,
        admin,
        control: rest.control,
        _pid_file: pid_file,
    })
}

/// The main sockets and the admin listener; a supervisor's replace those of the configuration.
async fn listen(
    inherited: &Inherited,
    common: &Common,
    options: &ArbiterOptions,
) -> anyhow::Result<(Sockets, Listeners)> {
    let (main, admin) = inherited.sockets()?;
    let main = main.release()?;
    let sockets = match main.is_empty() {
        // The first worker is alone at first, and must not have the sockets of all.
        true => Sockets::bind(common, options.balance, 1).await?,
        false => Sockets::handed(main),
    };
    if options.balance == Balance::Slots && !sockets.are_apart() {
        tracing::warn!(
            "balance slots has no effect: only TCP sockets that this program binds itself can be one for each slot"
        );
    }
    let admin = match admin.addresses().is_empty() {
        true => {
            let (admin, access) = (common.admin_bind.clone(), common.socket_access());
            Listeners::bind(&Listens(vec![admin]), "admin-bind", &access).await?
        }
        false => admin,
    };
    Ok((sockets, admin))
}
