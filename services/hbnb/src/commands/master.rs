//! What is asked of a running master: `hbnb status`, `events`, `reload`, `upgrade`, `scale`, `recycle`, `drain`,
//! `log`, `stop`.

use std::io::{IsTerminal, Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::ArgMatches;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use kit::config::Opt;
use kit::program;
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout};
use url::form_urlencoded;

use crate::arbiter::requests::{Done, Status};
use crate::arbiter::{Coming, DEFAULT_SOCKET, ask_at};
use crate::cli;

mod table;

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How often is looked whether a master that stops has gone.
const TICK: Duration = Duration::from_millis(50);
/// How long a new program may take from its trial until it answers.
const TAKEOVER: Duration = Duration::from_secs(10);

/// Tells of the master and its workers.
pub(crate) async fn status(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let master = Master::of(options, flags)?;
    loop {
        let (json, watch) = (flags.get_flag("json"), flags.get_flag("watch"));
        let text = master.get("/status").await?;
        let shown = match json {
            true => text,
            false => table::render(&serde_json::from_str(&text)?),
        };
        if watch && stdout().is_terminal() {
            // Home, and whatever was there before goes (ECMA-48, CUP and ED).
            write!(stdout(), "\x1b[H\x1b[J")?;
        }
        program::say(shown.trim_end())?;
        if !watch {
            return Ok(ExitCode::SUCCESS);
        }
        sleep(BETWEEN_LOOKS).await;
    }
}

/// Tells what happens, a line of JSON each, until the master has gone.
pub(crate) async fn events(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let master = Master::of(options, flags)?;
    // One that is upgraded goes on as another program, with other connections.
    loop {
        let mut coming = master.come(Method::GET, "/events").await?;
        while let Some(Ok(frame)) = coming.body.frame().await {
            if let Ok(lines) = frame.into_data() {
                program::say(String::from_utf8_lossy(&lines).trim_end())?;
            }
        }
        if !master.is_there_soon().await {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Has the configuration read again.
pub(crate) async fn reload(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let wait = flags.get_flag("wait");
    Master::of(options, flags)?
        .order(&format!("/reload?wait={wait}"))
        .await
}

/// Has the program that was put in the place of the running one take over, and waits until its workers serve.
pub(crate) async fn upgrade(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let master = Master::of(options, flags)?;
    let before = master.status().await?;
    master.order("/upgrade").await?;
    let deadline = Instant::now() + TAKEOVER;
    loop {
        // Nobody answers between one program and the next.
        match master.status().await {
            Ok(now) if now.upgrades > before.upgrades => {
                if let Some(last) = now.last {
                    return said(last.done, &last.what);
                }
            }
            Ok(now) => match now.last {
                Some(last) if !last.done && Instant::now() > deadline => {
                    return said(false, &last.what);
                }
                _ => anyhow::ensure!(
                    Instant::now() < deadline,
                    "the new program did not take over within {TAKEOVER:?}: the log says why"
                ),
            },
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => {}
        }
        sleep(TICK).await;
    }
}

/// Changes how many workers there are.
pub(crate) async fn scale(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let number = flags.get_one::<String>("number").map_or("", String::as_str);
    let what = if number.starts_with(['+', '-']) {
        "by"
    } else {
        "workers"
    };
    let number = number.trim_start_matches('+');
    Master::of(options, flags)?
        .order(&format!("/scale?{what}={number}"))
        .await
}

/// Has one worker renewed.
pub(crate) async fn recycle(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let slot = flags.get_one::<usize>("slot").copied().unwrap_or_default();
    Master::of(options, flags)?
        .order(&format!("/recycle/{slot}"))
        .await
}

/// Has the ready probe fail although the workers serve, or no longer.
pub(crate) async fn drain(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let method = match flags.get_flag("off") {
        true => Method::DELETE,
        false => Method::PUT,
    };
    Master::of(options, flags)?.tell(method, "/drain").await
}

/// Tells what is logged, or changes it for a time.
pub(crate) async fn log(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let (method, path) = match flags.get_one::<String>("filter") {
        None if flags.get_flag("off") => (Method::DELETE, "/log".to_owned()),
        None => (Method::GET, "/log".to_owned()),
        Some(filter) => {
            let time = flags.get_one::<String>("for").map_or("", String::as_str);
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("filter", filter)
                .append_pair("for", time)
                .finish();
            (Method::PUT, format!("/log?{query}"))
        }
    };
    Master::of(options, flags)?.tell(method, &path).await
}

/// Stops the master, and waits until it has gone.
pub(crate) async fn stop(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let master = Master::of(options, flags)?;
    let status = master.status().await?;
    let now = flags.get_flag("now");
    master.order(&format!("/stop?now={now}")).await?;
    while master.is_there().await {
        sleep(TICK).await;
    }
    program::say(&format!(
        "hbnb serve with the process number {} has gone",
        status.pid
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Says how something ended.
fn said(is_done: bool, done: &Done) -> anyhow::Result<ExitCode> {
    if is_done {
        program::say(&done.message)?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in &done.lines {
        program::say(line)?;
    }
    anyhow::bail!(done.message.clone())
}

/// A master, by its control socket.
struct Master(PathBuf);

#[derive(Deserialize)]
struct Where {
    control_socket: String,
}

impl Master {
    fn of(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<Master> {
        let Where { control_socket } = cli::settings(options, flags)?.get()?;
        anyhow::ensure!(
            !control_socket.is_empty(),
            "the option control_socket is empty: give the path that hbnb serve has"
        );
        Ok(Master(control_socket.into()))
    }

    async fn get(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.ask(Method::GET, path).await?.1)
    }

    /// Has something done, and says what came of it.
    async fn order(&self, path: &str) -> anyhow::Result<ExitCode> {
        self.tell(Method::POST, path).await
    }

    async fn tell(&self, method: Method, path: &str) -> anyhow::Result<ExitCode> {
        let (status, text) = self.ask(method, path).await?;
        let done: Done =
            serde_json::from_str(&text).with_context(|| format!("the master says {text}"))?;
        said(status.is_success(), &done)
    }

    async fn status(&self) -> anyhow::Result<Status> {
        Ok(serde_json::from_str(&self.get("/status").await?)?)
    }

    async fn ask(&self, method: Method, path: &str) -> anyhow::Result<(StatusCode, String)> {
        let asked = ask_at(&self.0, method, path).await;
        let (status, body) = asked.map_err(|error| self.away(&error))?;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    async fn come(&self, method: Method, path: &str) -> anyhow::Result<Coming> {
        let coming = Coming::from(&self.0, method, path).await;
        coming.map_err(|error| self.away(&error))
    }

    fn away(&self, error: &anyhow::Error) -> anyhow::Error {
        anyhow::anyhow!(
            "no hbnb serve answers at the control socket {}: {error}; start one, go to the folder where it was started if \
             {DEFAULT_SOCKET} is meant, or give --control-socket",
            self.0.display()
        )
    }

    async fn is_there(&self) -> bool {
        ask_at(&self.0, Method::GET, "/status").await.is_ok()
    }

    /// Whether it answers, or has gone.
    async fn is_there_soon(&self) -> bool {
        let asked = timeout(TAKEOVER, ask_at(&self.0, Method::GET, "/status")).await;
        asked.is_ok_and(|answer| answer.is_ok())
    }
}
