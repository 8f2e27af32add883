//! A server that a benchmark starts from its own program.

use crate::process::end;
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Another process of the program that this one runs; dropping it ends it.
#[derive(Debug)]
pub struct Again {
    child: Child,
    address: SocketAddr,
}

impl Again {
    /// Runs this program with `--serve FORM`, and with what `change` adds. The first line that it writes tells where it
    /// listens, with `http://` or without.
    pub fn serve(form: &str, change: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", form]).stdout(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn()?;
        let address = address(&mut child).inspect_err(|_| end(&mut child))?;
        Ok(Self { child, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn address(child: &mut Child) -> Result<SocketAddr> {
    let said = child.stdout.take().context("it has no output")?;
    let mut line = String::new();
    BufReader::new(said).read_line(&mut line)?;
    let address = line.trim().trim_start_matches("http://");
    let address = address.parse();
    address.with_context(|| format!("it says {line:?} instead of where it listens"))
}
