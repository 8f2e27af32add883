//! Debian's nginx, in front of what a test starts.

use crate::process::{TICK, end, free_port, signal, wait_until};
use anyhow::{Context, Result, bail, ensure};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Debian puts it where only root looks.
const PROGRAMS: [&str; 3] = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
const PORTS_TO_TRY: usize = 5;
const LIMIT: Duration = Duration::from_secs(10);

/// A running nginx with one worker; dropping it ends both.
#[derive(Debug)]
pub struct Nginx {
    child: Child,
    address: SocketAddr,
    // It goes after the process.
    _folder: TempDir,
}

impl Nginx {
    /// Why it cannot be started here, if so.
    pub fn available() -> Result<(), String> {
        program()
            .map(drop)
            .ok_or_else(|| "nginx is not installed".to_owned())
    }

    /// Starts it on a free port and waits until it listens. `http` gives what stands in the `http` block for the address
    /// to listen at, relative paths in it begin at `files`.
    pub fn start(files: &Path, http: impl Fn(SocketAddr) -> String) -> Result<Self> {
        let program = program().context("nginx is not installed")?;
        for _ in 0..PORTS_TO_TRY {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
            let folder = TempDir::new()?;
            let file = folder.path().join("nginx.conf");
            std::fs::write(&file, configuration(folder.path(), &http(address)))?;
            let child = Command::new(program)
                .args(["-e", "stderr", "-p"])
                .arg(files)
                .arg("-c")
                .arg(file)
                .spawn()?;
            let mut nginx = Self {
                child,
                address,
                _folder: folder,
            };
            if nginx.listens()? {
                return Ok(nginx);
            }
        }
        bail!("nginx did not come to listen, {PORTS_TO_TRY} times")
    }

    /// What `nginx -t` says of a whole file; an error with its words if it is not content.
    pub fn test(file: &Path) -> Result<()> {
        let program = program().context("nginx is not installed")?;
        let output = Command::new(program)
            .args(["-t", "-e", "stderr", "-c"])
            .arg(file)
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success() && !said.contains("[warn]"),
            "{said}"
        );
        Ok(())
    }

    /// `http://127.0.0.1:port`
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process that answers.
    pub fn worker(&self) -> Result<u32> {
        let master = self.child.id();
        let workers = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
        Ok(workers.trim().parse()?)
    }

    /// Whether it does; if not, it has ended.
    fn listens(&mut self) -> Result<bool> {
        let begun = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if self.child.try_wait()?.is_some() {
                return Ok(false);
            }
            ensure!(begun.elapsed() < LIMIT, "nginx does not listen");
            std::thread::sleep(TICK);
        }
        Ok(self.child.try_wait()?.is_none())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // In peace: the master takes its worker along.
        let _ = signal(&self.child.id().to_string(), "TERM");
        let _ = wait_until(&mut self.child, LIMIT);
        end(&mut self.child);
    }
}

fn program() -> Option<&'static str> {
    PROGRAMS.into_iter().find(|path| Path::new(path).exists())
}

fn configuration(folder: &Path, http: &str) -> String {
    let folder = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};"))
        .join("\n");
    format!(
        "user root;
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
access_log off;
{temporary}
{http}
}}
"
    )
}
