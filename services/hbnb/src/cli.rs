//! The command line.

pub(crate) mod gunicorn;
pub(crate) mod load;
mod master;
pub(crate) mod nginx;

use std::ffi::OsString;
use std::path::PathBuf;

use api::config::{database_url, database_wait};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kit::config::{COMMON, ConfigError, Env, Opt, Settings, admin_bind, bind, boolean, flags};
use kit::program;

use crate::arbiter;
use crate::commands::secrets;

const EXAMPLES: &str = "Examples:
  hbnb serve                                     a site with demo data on http://127.0.0.1:8080
  hbnb serve --database-url postgres://hbnb@localhost/hbnb --bind 0.0.0.0:80
  hbnb status                                    how it and its workers are
  hbnb reload --wait                             put a changed configuration into force
  hbnb import file.json                          carry the data of a Python HBNB over
  hbnb demo --places 100000                      something to measure with
  hbnb load --rate 100 --duration 1m             visit it, and measure
  hbnb nginx >/etc/nginx/conf.d/hbnb.conf        nginx in front of it
  hbnb check                                     is it ready?";

/// All options, in the order in which they are shown.
pub(crate) fn options() -> Vec<Opt> {
    let own = [
        bind("127.0.0.1:8080"),
        admin_bind("127.0.0.1:9090"),
        database_url("sqlite:hbnb.db"),
        database_wait("5s"),
        Opt::new(
            "no_demo",
            "false",
            "BOOL",
            "Leave an empty database empty",
            boolean,
        ),
    ];
    // One process on one host has no load balancer that would have to see it leave.
    let common = COMMON.iter().map(|option| match option.key {
        "drain_delay" => option.with_default("0s"),
        _ => *option,
    });
    own.into_iter()
        .chain(arbiter::options::OPTIONS.iter().copied())
        .chain(api::config::OPTIONS.iter().copied())
        .chain(web::config::OPTIONS.iter().copied())
        .chain(assets::config::OPTIONS.iter().copied())
        .chain(common)
        .collect()
}

/// What a command line says, the name of the program first.
pub(crate) fn matches(options: &[Opt], typed: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let mut command = command(options);
    let matches = command.try_get_matches_from_mut(typed)?;
    if let Some(flags) = matches.subcommand_matches("serve")
        && let Some(serve) = command.find_subcommand_mut("serve")
    {
        gunicorn::check(serve, flags, options, typed)?;
    }
    Ok(matches)
}

fn command(options: &[Opt]) -> Command {
    let part = |keys: &[&str]| {
        let chosen = options
            .iter()
            .filter(|option| keys.iter().any(|key| option.key.starts_with(key)));
        flags(&chosen.copied().collect::<Vec<_>>())
    };
    let database = part(&["database_", "log", "config"]);
    let control = part(&["control_socket", "config"]);
    let front = [
        "bind",
        "body_limit",
        "request_timeout",
        "trusted_proxies",
        "drain_delay",
        "drain_linger",
        "config",
    ];
    let probe = part(&[&["admin_bind"], front.as_slice()].concat());
    let visit = part(&["api_token", "log", "config"]);
    Command::new("hbnb")
        .about("HBNB: a rental-listing site on one host, and the tools to run it")
        .version(clap::crate_version!())
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(gunicorn::add_to(
            serve()
                .args(flags(options))
                .args(arbiter::takeover::flags()),
        ))
        .subcommand(Command::new(arbiter::WORKER).hide(true))
        .subcommand(master::status().args(control.clone()))
        .subcommand(master::events().args(control.clone()))
        .subcommand(master::reload().args(control.clone()))
        .subcommand(master::upgrade().args(control.clone()))
        .subcommand(master::scale().args(control.clone()))
        .subcommand(master::recycle().args(control.clone()))
        .subcommand(master::drain().args(control.clone()))
        .subcommand(master::log().args(control.clone()))
        .subcommand(master::stop().args(control))
        .subcommand(demo().args(database.clone()))
        .subcommand(migrate().args(database.clone()))
        .subcommand(import().args(database.clone()))
        .subcommand(export().args(database))
        .subcommand(secrets())
        .subcommand(load::load().args(visit))
        .subcommand(nginx::nginx().args(part(&front)))
        .subcommand(check().args(probe))
        .subcommand(config().args(flags(options)))
}

/// The settings of a command; their warnings go to the log.
pub(crate) fn settings(options: &[Opt], flags: &ArgMatches) -> Result<Settings, ConfigError> {
    Settings::load(options, &Env::read(), flags)
}

fn serve() -> Command {
    Command::new("serve").about("Run the site").after_help(
        "Examples:
  hbnb serve
  hbnb serve --bind 0.0.0.0:80,unix:/run/hbnb.sock --database-url sqlite:/var/lib/hbnb/hbnb.db
  hbnb serve -w 3 -b 0.0.0.0:5003 --access-logfile access.log --error-logfile error.log --pid hbnb.pid
  HBNB_API_TOKEN_FILE=token hbnb serve --log-format json",
    )
}

fn demo() -> Command {
    let places = Arg::new("places")
        .long("places")
        .value_name("NUMBER")
        .value_parser(value_parser!(u32).range(1..=10_000_000))
        .default_value("150")
        .help("How many places there shall be; states, cities, users and reviews in proportion");
    let remove = Arg::new("remove")
        .long("remove")
        .action(ArgAction::SetTrue)
        .conflicts_with("places")
        .help("Take the demo rows away, and no other");
    let if_empty = Arg::new("if_empty")
        .long("if-empty")
        .action(ArgAction::SetTrue)
        .conflicts_with_all(["places", "remove"])
        .help("Fill only a database that has no row and never had the demo, as hbnb serve does");
    Command::new("demo")
        .about("Fill the database with made-up data; repeating it adds only what is missing")
        .after_help(
            "Examples:
  hbnb demo --places 100000
  hbnb demo --if-empty
  hbnb demo --remove --database-url postgres://hbnb@localhost/hbnb",
        )
        .args([places, remove, if_empty])
}

fn migrate() -> Command {
    Command::new("migrate")
        .about("Bring the schema up to date")
        .after_help(
            "Examples:
  hbnb migrate --database-url postgres://hbnb@localhost/hbnb",
        )
}

fn import() -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .help("The file.json of a Python HBNB, or an export");
    let strict = Arg::new("strict")
        .long("strict")
        .action(ArgAction::SetTrue)
        .help("Import nothing if any row must be left out");
    Command::new("import")
        .about("Carry data over from a Python HBNB; rows that are there already are kept")
        .after_help(
            "Examples:
  hbnb import file.json
  hbnb import --strict file.json --database-url postgres://hbnb@localhost/hbnb",
        )
        .args([file, strict])
}

fn export() -> Command {
    let file = Arg::new("file")
        .value_name("FILE")
        .required(true)
        .help("Where to write; - for standard output");
    Command::new("export")
        .about("Write all rows in the form that import reads, without passwords")
        .after_help(
            "Examples:
  hbnb export backup.json
  hbnb export - | gzip > backup.json.gz",
        )
        .arg(file)
}

fn secrets() -> Command {
    let dir = Arg::new("dir")
        .long("dir")
        .value_name("FOLDER")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("The folder that holds them; it is made if its parent is there");
    let names = Arg::new("name")
        .value_name("NAME")
        .num_args(1..)
        .default_value("database-password")
        .value_parser(secrets::file_name)
        .help("The file of each secret");
    Command::new("secrets")
        .about("Make secrets that nobody has to know, once: files that are there already are kept")
        .after_help(
            "Each file has 256 random bits, and may be read by every user who gets into the folder: give it only to
those who need the secrets. Repeating it, also at the same time, changes nothing.

Examples:
  hbnb secrets --dir /run/secrets/hbnb
  hbnb secrets --dir secrets database-password api-token
  HBNB_API_TOKEN_FILE=secrets/api-token hbnb serve",
        )
        .args([dir, names])
}

fn check() -> Command {
    program::check_command()
        .arg(nginx::file_to_check())
        .after_help(
            "Examples:
  hbnb check
  hbnb check live --admin-bind 127.0.0.1:9090
  hbnb check --tcp db:5432
  hbnb check --nginx /etc/nginx/nginx.conf --bind unix:/run/hbnb/hbnb.sock",
        )
}

fn config() -> Command {
    Command::new("config")
        .about("Show the options in effect, and where they come from")
        .after_help(
            "Examples:
  hbnb config
  hbnb config --config hbnb.toml",
        )
}
