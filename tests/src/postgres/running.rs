//! The server process, and who ends it.

use super::tools::client;
use super::{LOG, Postgres};
use crate::process::{TICK, end, signal, wait_until};
use anyhow::{Context, Result, bail};
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// Waits for the end of its input, which comes when the owner is gone, however it went: killed, or through `exit`
/// with the server in a static. Then it ends the server at once and removes the directory.
const WATCHDOG: &str = r#"
read -r _
kill -s QUIT "$1"
tries=0
while kill -0 "$1" && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
rm -rf "$2"
"#;

#[derive(Debug)]
pub(super) struct Running {
    server: Child,
    watchdog: Child,
}

impl Running {
    pub(super) fn start(postgres: &Postgres) -> Result<Self> {
        let server = spawn(postgres)?;
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "sh", &server.id().to_string()])
            .arg(postgres.directory())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        let mut server = server;
        let watchdog = watchdog
            .inspect_err(|_| end(&mut server))
            .context("cannot run sh")?;
        let mut running = Self { server, watchdog };
        running.wait_until_ready(postgres)?;
        Ok(running)
    }

    pub(super) fn pid(&self) -> u32 {
        self.server.id()
    }

    /// The fast way: connections are cut, data is safe.
    pub(super) fn stop(mut self) -> Result<()> {
        end(&mut self.watchdog);
        if self.server.try_wait()?.is_some() {
            return Ok(());
        }
        signal(&self.server.id().to_string(), "INT")?;
        if wait_until(&mut self.server, STOP_LIMIT)?.is_none() {
            bail!("PostgreSQL did not stop within {STOP_LIMIT:?}");
        }
        Ok(())
    }

    fn wait_until_ready(&mut self, postgres: &Postgres) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Some(status) = self.server.try_wait()? {
                bail!(
                    "PostgreSQL ended at its start with {status}:\n{}",
                    postgres.log()
                );
            }
            // Over the socket in our own directory: on the port, a stranger might answer.
            if answers(postgres)?
                && TcpStream::connect((Ipv4Addr::LOCALHOST, postgres.port)).is_ok()
            {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!(
                    "PostgreSQL does not answer after {START_LIMIT:?}:\n{}",
                    postgres.log()
                );
            }
            std::thread::sleep(TICK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.watchdog);
        if let Ok(None) = self.server.try_wait() {
            // Its data goes anyway. QUIT and not KILL: the server must take its own children along.
            let _ = signal(&self.server.id().to_string(), "QUIT");
            let _ = wait_until(&mut self.server, STOP_LIMIT);
        }
        end(&mut self.server);
    }
}

/// In a process group of its own, so that Ctrl-C at the terminal reaches its clients first.
fn spawn(postgres: &Postgres) -> Result<Child> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(postgres.directory().join(LOG))?;
    let mut command = postgres
        .tools
        .command("postgres", postgres.account.as_ref());
    command
        .current_dir(postgres.directory())
        .arg("-D")
        .arg(postgres.data())
        .args(["-p", &postgres.port.to_string()])
        .args(settings(postgres))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    command
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))
}

fn settings(postgres: &Postgres) -> Vec<String> {
    let socket = postgres.directory().display().to_string();
    let mut settings = vec![
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", socket.as_str()),
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("synchronous_commit", "off"),
    ];
    if postgres.options.tls.is_some() {
        settings.extend([
            ("ssl", "on"),
            ("ssl_cert_file", "server.crt"),
            ("ssl_key_file", "server.key"),
        ]);
    }
    let given = &postgres.options.settings;
    settings.extend(
        given
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    settings
        .into_iter()
        .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
        .collect()
}

fn answers(postgres: &Postgres) -> Result<bool> {
    let mut command = client("pg_isready")?;
    let status = command
        .args([
            "--quiet",
            "--timeout=5",
            "--port",
            &postgres.port.to_string(),
            "--host",
        ])
        .arg(postgres.directory())
        .status()?;
    Ok(status.success())
}
