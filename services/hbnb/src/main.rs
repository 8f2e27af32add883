//! `hbnb`: the application server, and the operator's command.

mod arbiter;
mod cli;
mod commands;
mod load;
mod nginx;
mod progress;
mod worker;

use std::process::ExitCode;

use arbiter::call::Line;
use clap::ArgMatches;
use commands::{config, data, demo, master, secrets};
use kit::config::Opt;
use kit::program;
use kit::telemetry::Service;

/// Who speaks in the metrics and the traces.
pub(crate) const SERVICE: Service = Service {
    name: "hbnb",
    version: env!("CARGO_PKG_VERSION"),
};

fn main() -> ExitCode {
    let options = cli::options();
    let typed: Vec<_> = std::env::args_os().collect();
    let matches = cli::matches(&options, &typed).unwrap_or_else(|error| error.exit());
    match matches.subcommand() {
        Some(("serve", flags)) => {
            let options = cli::gunicorn::options(options, flags);
            let line = Line {
                program: arbiter::call::program(),
                arguments: typed,
            };
            program::run_small("hbnb", async || arbiter::run(&options, flags, line).await)
        }
        Some((arbiter::WORKER, _)) => {
            program::run_worker("hbnb", async move || worker::run(&options).await)
        }
        _ => run(options, matches),
    }
}

fn run(options: Vec<Opt>, matches: ArgMatches) -> ExitCode {
    program::run("hbnb", async move || match matches.subcommand() {
        Some(("status", flags)) => master::status(&options, flags).await,
        Some(("events", flags)) => master::events(&options, flags).await,
        Some(("reload", flags)) => master::reload(&options, flags).await,
        Some(("upgrade", flags)) => master::upgrade(&options, flags).await,
        Some(("scale", flags)) => master::scale(&options, flags).await,
        Some(("recycle", flags)) => master::recycle(&options, flags).await,
        Some(("drain", flags)) => master::drain(&options, flags).await,
        Some(("log", flags)) => master::log(&options, flags).await,
        Some(("stop", flags)) => master::stop(&options, flags).await,
        Some(("demo", flags)) => demo::run(&options, flags).await,
        Some(("migrate", flags)) => data::migrate(&options, flags).await,
        Some(("import", flags)) => data::import(&options, flags).await,
        Some(("export", flags)) => data::export(&options, flags).await,
        Some(("secrets", flags)) => secrets::run(flags),
        Some(("load", flags)) => commands::load::run(&options, flags).await,
        Some(("nginx", flags)) => commands::nginx::print(&options, flags),
        Some(("check", flags)) => commands::nginx::check(&options, flags).await,
        Some(("config", flags)) => config::run(&options, flags),
        _ => anyhow::bail!("no such command; hbnb --help lists them"),
    })
}
