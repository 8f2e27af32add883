//! Under systemd: its units, its sockets, and what it is told. No systemd runs here: its own tools judge the units and hand
//! over the sockets, and a socket of the test hears what it would hear.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "systemd/activation.rs"]
mod activation;
#[path = "systemd/master.rs"]
mod master;
#[path = "systemd/signs.rs"]
mod signs;
#[path = "systemd/units.rs"]
mod units;

use rig::skip::{Tool, missing};
use rig::top;
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The example of a program's configuration.
fn example(program: &str) -> String {
    let path = format!("deploy/systemd/etc/{program}.toml");
    top().unwrap().join(path).to_str().unwrap().to_owned()
}

/// Whether this machine has systemd's tools; where it has not, `what` is skipped.
fn has_systemd(what: &str) -> bool {
    let has = Command::new("systemd-analyze").arg("--version").output();
    let has = has.is_ok_and(|output| output.status.success());
    if !has {
        missing(Tool::Systemd, what, "systemd-analyze is not installed");
    }
    has
}
