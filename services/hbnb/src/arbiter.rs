//! The master of `hbnb serve`: it holds the sockets, has workers answer on them, and sees to it that there always are some.
//!
//! It has no database and answers no visitor. Where it is at work stands in the workers' own states ([`worker`]), which
//! change by what they tell ([`hears`]), by what they leave when they end ([`reaper`]), and by what their slots do
//! ([`slot`]).

mod assemble;
mod backoff;
mod begin;
pub(crate) mod call;
mod control;
mod counts;
mod door;
mod ended;
mod events;
mod fleet;
mod generation;
mod greet;
mod hears;
mod merge;
pub(crate) mod options;
mod output;
mod pauses;
mod pending;
mod pid_file;
mod queues;
mod reaper;
mod reload;
pub(crate) mod requests;
mod serve;
mod signals;
mod slot;
mod sockets;
mod spawn;
mod state;
mod stock;
pub(crate) mod takeover;
mod trial;
mod trim;
mod upgrade;
mod watch;
mod worker;

use std::os::fd::RawFd;
use std::process::ExitCode;

use clap::ArgMatches;
use kit::config::{Env, Opt};

use call::{Call, Line};
pub(crate) use control::DEFAULT as DEFAULT_SOCKET;
pub(crate) use greet::{Coming, ask_at};
pub(crate) use spawn::COMMAND as WORKER;

/// Runs the site until it is told to stop.
pub(crate) async fn run(
    options: &[Opt],
    flags: &ArgMatches,
    line: Line,
) -> anyhow::Result<ExitCode> {
    let call = Call {
        options: options.to_vec(),
        flags: flags.clone(),
        env: Env::read(),
        line: line.first(),
    };
    if let Some(number) = flags.get_one::<RawFd>(takeover::CHECK) {
        takeover::read(*number)?;
        call.settings()?;
        takeover::say_so()?;
        return Ok(ExitCode::SUCCESS);
    }
    let assembled = match flags.get_one::<RawFd>(takeover::TAKE_OVER) {
        Some(number) => assemble::from_before(call, *number)?,
        None => assemble::anew(call).await?,
    };
    serve::serve(assembled).await
}
