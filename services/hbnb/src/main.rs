//! `hbnb`: the application server, and the operator's command.

mod cli;
mod commands;
mod load;
mod progress;

use std::process::ExitCode;

use commands::{config, data, demo, secrets, serve};
use kit::program;

fn main() -> ExitCode {
    let options = cli::options();
    let matches = cli::command(&options).get_matches();
    program::run("hbnb", async move || match matches.subcommand() {
        Some(("serve", flags)) => serve::run(&options, flags).await,
        Some(("demo", flags)) => demo::run(&options, flags).await,
        Some(("migrate", flags)) => data::migrate(&options, flags).await,
        Some(("import", flags)) => data::import(&options, flags).await,
        Some(("export", flags)) => data::export(&options, flags).await,
        Some(("secrets", flags)) => secrets::run(flags),
        Some(("load", flags)) => commands::load::run(&options, flags).await,
        Some(("check", flags)) => program::probe(&cli::settings(&options, flags)?, flags).await,
        Some(("config", flags)) => config::run(&options, flags),
        _ => anyhow::bail!("no such command; hbnb --help lists them"),
    })
}
