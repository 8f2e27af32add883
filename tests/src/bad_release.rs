//! A release of `hbnb` that was tried by nobody: it says that it can take over, and then its workers do not work.
//!
//! It is told by variables which program is the true one, and in which file stands what its workers do.

use rig::environment::variable;
use rig::process::signal;
use std::convert::Infallible;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Longer than any test waits.
const EVER: Duration = Duration::from_secs(3600);

fn main() -> ExitCode {
    let asked: Vec<_> = std::env::args_os().skip(1).collect();
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
        "dies" => {
            let _ = signal(&std::process::id().to_string(), "ABRT");
        }
        _ => {}
    }
    ExitCode::from(3)
}

fn become_the_true_one(args: &[std::ffi::OsString]) -> Result<Infallible, io::Error> {
    let program = variable("RELEASE_TRUE").unwrap_or_default();
    Err(Command::new(program).args(args).exec())
}
