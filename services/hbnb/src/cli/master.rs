//! The commands that ask a running master.

use clap::{Arg, ArgAction, Command, value_parser};

pub(crate) fn status() -> Command {
    let json = flag("json").help("As a JSON object");
    let watch = flag("watch").help("Again each second, until Ctrl-C");
    Command::new("status")
        .about("Tell how a running hbnb serve and its workers are")
        .after_help(
            "Examples:
  hbnb status
  hbnb status --watch
  hbnb status --json --control-socket /run/hbnb/control.sock",
        )
        .args([json, watch])
}

pub(crate) fn events() -> Command {
    Command::new("events")
        .about("Tell what happens to a running hbnb serve and its workers, a JSON object a line, until it has gone")
        .after_help(
            "Examples:
  hbnb events
  hbnb events | jq 'select(.state == \"ended\")'",
        )
}

pub(crate) fn reload() -> Command {
    let wait = flag("wait").help("Wait for the outcome; 1 if the workers of before go on");
    Command::new("reload")
        .about("Put the configuration as it is now into force, worker by worker, without losing a request (SIGHUP)")
        .after_help(
            "Examples:
  hbnb reload --wait",
        )
        .arg(wait)
}

pub(crate) fn upgrade() -> Command {
    Command::new("upgrade")
        .about("Have the program that is now in the place of the running one take over, in the same process (SIGUSR2)")
        .after_help(
            "Examples:
  hbnb upgrade
  install target/release/hbnb /usr/bin/hbnb && hbnb upgrade",
        )
}

pub(crate) fn scale() -> Command {
    let number = Arg::new("number")
        .value_name("NUMBER")
        .required(true)
        .allow_hyphen_values(true)
        .value_parser(number)
        .help("How many workers; +N and -N for so many more or fewer");
    Command::new("scale")
        .about("Change how many workers there are (SIGTTIN and SIGTTOU: one more, one fewer)")
        .after_help(
            "Examples:
  hbnb scale 4
  hbnb scale +1",
        )
        .arg(number)
}

pub(crate) fn recycle() -> Command {
    let slot = Arg::new("slot")
        .value_name("SLOT")
        .required(true)
        .value_parser(value_parser!(usize))
        .help("Which, as hbnb status numbers them");
    Command::new("recycle")
        .about("Have a new worker take the place of one")
        .after_help(
            "Examples:
  hbnb recycle 2",
        )
        .arg(slot)
}

pub(crate) fn drain() -> Command {
    let off = flag("off").help("No longer: the probe tells how it is again");
    Command::new("drain")
        .about("Have the ready probe fail while the workers go on, so that a balancer sends nobody here any more")
        .after_help(
            "Examples:
  hbnb drain
  hbnb drain --off",
        )
        .arg(off)
}

pub(crate) fn log() -> Command {
    let filter = Arg::new("filter").value_name("FILTER").help(
        "What is logged from now on, as for --log; without it, hbnb log tells what is logged now",
    );
    let time = Arg::new("for")
        .long("for")
        .value_name("TIME")
        .default_value("10m")
        .help("How long, up to 24h");
    let off = flag("off")
        .conflicts_with("filter")
        .help("Go back to what the options say");
    Command::new("log")
        .about("Tell what a running hbnb serve logs, or change it for a time")
        .after_help(
            "Examples:
  hbnb log
  hbnb log debug --for 5m
  hbnb log --off",
        )
        .args([filter, time, off])
}

pub(crate) fn stop() -> Command {
    let now = flag("now").help("Cut off the requests that are being answered");
    Command::new("stop")
        .about("Stop a running hbnb serve, and wait until it has gone (SIGTERM)")
        .after_help(
            "Examples:
  hbnb stop",
        )
        .arg(now)
}

fn flag(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

fn number(text: &str) -> Result<String, String> {
    match text.strip_prefix('+').unwrap_or(text).parse::<i16>() {
        Ok(number) if number > 0 || text.starts_with('-') => Ok(text.to_owned()),
        _ => Err("give a number such as 4, +1 or -1".to_owned()),
    }
}
