//! A release of `hbnb` that was tried by nobody: it says that it can take over, and then its workers do not work.
//!
//! It is told by variables which program is the true one, and in which file stands what its workers do.

use rig::environment::variable;
use rig::master::ask;
use rig::process::{signal, until};
use std::convert::Infallible;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// What this program is told that is to kill a worker, before its process.
const KILLER: &str = "kill-once-ready";
/// How long a worker may take to become ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than any test waits.
const EVER: Duration = Duration::from_secs(3600);

fn main() -> ExitCode {
    let asked: Vec<_> = std::env::args_os().skip(1).collect();
    if let [first, pid] = &asked[..]
        && first == KILLER
    {
        return kill_once_ready(&pid.to_string_lossy());
    }
    if asked.first().is_none_or(|first| first != "worker") {
        let Err(error) = become_the_true_one(&asked);
        eprintln!("there is no true release: {error}");
        return ExitCode::FAILURE;
    }
    let file = variable("RELEASE_DOES").unwrap_or_default();
    let does = std::fs::read_to_string(file).unwrap_or_default();
    eprintln!("this release is one that {does}");
    match does.trim() {
        "sleeps" => std::thread::sleep(EVER),
        "says that it is ready" => {
            if let Err(error) = say_ready() {
                eprintln!("nobody hears it: {error}");
            }
            std::thread::sleep(EVER);
        }
        "dies" => {
            let _ = signal(&std::process::id().to_string(), "ABRT");
        }
        "serves and dies" => {
            let own = std::process::id().to_string();
            let killer = std::env::current_exe().map(Command::new);
            let killed = killer.and_then(|mut killer| killer.arg(KILLER).arg(own).spawn());
            if let Err(error) = killed.and_then(|_| become_the_true_one(&asked).map(drop)) {
                eprintln!("nothing can serve: {error}");
            }
        }
        _ => {}
    }
    ExitCode::from(3)
}

/// Tells the master, by the protocol of `sd_notify(3)`.
fn say_ready() -> io::Result<()> {
    let name = variable("NOTIFY_SOCKET").unwrap_or_default();
    let address = SocketAddr::from_abstract_name(name.trim_start_matches('@'))?;
    UnixDatagram::unbound()?.send_to_addr(b"READY=1", &address)?;
    Ok(())
}

/// Kills a worker of the master in this folder, once that one takes it for ready.
fn kill_once_ready(pid: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let Ok(runtime) = { runtime }.enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let is_ready = async || {
        let status = ask(Path::new("hbnb.sock"), "/status").await?;
        Ok(status.contains(&format!("\"pid\":{pid},\"state\":\"ready\"")))
    };
    let killed = runtime.block_on(until("the worker is ready", PATIENCE, is_ready));
    match killed.and_then(|()| signal(pid, "KILL")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn become_the_true_one(args: &[std::ffi::OsString]) -> Result<Infallible, io::Error> {
    let program = variable("RELEASE_TRUE").unwrap_or_default();
    Err(Command::new(program).args(args).exec())
}
