//! What `hbnb serve` takes of Gunicorn's flags, and what it says of the others.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Error, value_parser};
use kit::config::Opt;

/// A flag that stands for an option of ours.
struct Flag {
    name: &'static str,
    short: Option<char>,
    key: &'static str,
    value: &'static str,
    help: &'static str,
}

const FLAGS: [Flag; 5] = [
    Flag {
        name: "access-logfile",
        short: None,
        key: "access_log",
        value: "FILE",
        help: "--access-log, in the form combined unless --access-log-format says otherwise",
    },
    Flag {
        name: "error-logfile",
        short: None,
        key: "error_log",
        value: "FILE",
        help: "--error-log",
    },
    Flag {
        name: "pid",
        short: Some('p'),
        key: "pid_file",
        value: "FILE",
        help: "--pid-file",
    },
    Flag {
        name: "timeout",
        short: Some('t'),
        key: "watchdog",
        value: "SECONDS",
        help: "--watchdog: how long a worker may be stuck; for requests there is --request-timeout",
    },
    Flag {
        name: "graceful-timeout",
        short: None,
        key: "drain_deadline",
        value: "SECONDS",
        help: "--drain-deadline",
    },
];

/// What a worker has anyway.
const JITTER: &str = "max-requests-jitter";
/// What follows the flags there, such as `web_flask.0-hello_route:app`.
const APPLICATION: &str = "application";

/// A flag that is not taken: its long or short name, whether a value follows, and what to do instead.
type Other = (&'static str, Option<char>, bool, &'static str);

#[rustfmt::skip]
const OTHERS: [Other; 24] = [
    ("access-logformat", None, true, "say --access-log-format log, json or combined"),
    ("backlog", None, true, "leave it out: 1024 connections may wait at each address"),
    ("c", Some('c'), true, "say --config FILE, a TOML file; hbnb config lists what may stand in it"),
    ("capture-output", None, false, "leave it out: what a worker writes comes into the log"),
    ("certfile", None, true, "have nginx speak TLS: hbnb nginx --certificate FILE --key FILE prints its file"),
    ("chdir", None, true, "change to that folder before the start"),
    ("check-config", None, false, "say hbnb config"),
    ("daemon", Some('D'), false, "leave it out: hbnb serve stays in the foreground, and systemd or another supervisor runs it"),
    ("env", Some('e'), true, "set the variable before the start"),
    ("forwarded-allow-ips", None, true, "say --trusted-proxies NETWORKS"),
    ("group", Some('g'), true, "start it as that group; for unix sockets there is --socket-owner"),
    ("keep-alive", None, true, "leave it out: an idle connection is kept for 75 s"),
    ("keyfile", None, true, "have nginx speak TLS: hbnb nginx --certificate FILE --key FILE prints its file"),
    ("log-level", None, true, "say --log error, warn, info or debug"),
    ("name", Some('n'), true, "leave it out: hbnb status tells one master from another by --control-socket"),
    ("preload", None, false, "leave it out: there is no code to load before workers start"),
    ("reload", None, false, "leave it out: say hbnb upgrade when a new program is in place"),
    ("reuse-port", None, false, "say --balance slots"),
    ("statsd-host", None, true, "leave it out, and have Prometheus scrape /metrics at --admin-bind"),
    ("threads", None, true, "leave it out, or give more --workers: in its one thread a worker answers many requests at once"),
    ("umask", Some('m'), true, "set it before the start; for unix sockets there is --socket-mode"),
    ("user", Some('u'), true, "start it as that user; for unix sockets there is --socket-owner"),
    ("worker-class", Some('k'), true, "leave it out: there is one kind of worker, which answers many requests at once"),
    ("worker-connections", None, true, "say --connection-limit NUMBER"),
];

/// The options of `hbnb serve`, when these flags were given.
pub(crate) fn options(options: Vec<Opt>, flags: &ArgMatches) -> Vec<Opt> {
    let is_typed = |name| flags.value_source(name) == Some(ValueSource::CommandLine);
    let read = |option: Opt| {
        let flag = FLAGS.iter().find(|flag| flag.key == option.key);
        match (flag, option.key) {
            (Some(flag), _) => option.also(flag.name),
            (None, "access_log_format") if is_typed("access-logfile") => {
                option.with_default("combined")
            }
            _ => option,
        }
    };
    options.into_iter().map(read).collect()
}

/// The command with the flags, those that are not taken too.
pub(super) fn add_to(serve: Command) -> Command {
    let taken = FLAGS.iter().map(|flag| {
        let arg = Arg::new(flag.name).long(flag.name).value_name(flag.value);
        let arg = match flag.value {
            "SECONDS" => arg.value_parser(seconds),
            _ => arg,
        };
        // Both at once would hide one of them.
        let arg = match flag.name {
            "error-logfile" => arg.alias("log-file"),
            _ => arg,
        };
        // Both at once would hide one of them.
        arg.short(flag.short)
            .conflicts_with(flag.key)
            .help(flag.help)
    });
    let jitter = Arg::new(JITTER)
        .long(JITTER)
        .value_name("NUMBER")
        .value_parser(value_parser!(u64))
        .help("Without effect: it is always a tenth of --max-requests");
    let others = OTHERS.iter().map(|(name, short, has_value, _)| {
        let arg = Arg::new(*name).short(*short).hide(true);
        let arg = if name.len() > 1 { arg.long(*name) } else { arg };
        arg.action(match has_value {
            true => ArgAction::Append,
            false => ArgAction::SetTrue,
        })
    });
    let application = Arg::new(APPLICATION).hide(true);
    serve
        .mut_arg("workers", |arg| arg.short('w'))
        .mut_arg("bind", |arg| arg.short('b').action(ArgAction::Append))
        .next_help_heading("As Gunicorn calls them (also -w and -b)")
        .args(taken)
        .arg(jitter)
        .args(others)
        .arg(application)
}

/// Refuses what is not taken; `typed` is the whole command line.
pub(super) fn check(
    serve: &mut Command,
    flags: &ArgMatches,
    options: &[Opt],
    typed: &[OsString],
) -> Result<(), Error> {
    let is_typed = |name| flags.value_source(name) == Some(ValueSource::CommandLine);
    if let Some((name, _, _, instead)) = OTHERS.iter().find(|(name, ..)| is_typed(name)) {
        let dashes = if name.len() > 1 { "--" } else { "-" };
        let told = format!("hbnb serve has no {dashes}{name}: {instead}");
        return Err(serve.error(ErrorKind::UnknownArgument, told));
    }
    let Some(application) = flags.get_one::<String>(APPLICATION) else {
        return Ok(());
    };
    let told = match application.contains(':') {
        true => format!(
            "hbnb serve has its own site, and takes no application such as '{application}': {}",
            without(application, options, typed)
        ),
        false => format!("unexpected argument '{application}' found"),
    };
    Err(serve.error(ErrorKind::UnknownArgument, told))
}

/// Says in the log what has no effect.
pub(crate) fn warn(flags: &ArgMatches) {
    if flags.contains_id(JITTER) {
        tracing::warn!("--{JITTER} has no effect: it is always a tenth of max_requests");
    }
}

/// What to type instead, unless there is a secret in it.
fn without(application: &str, options: &[Opt], typed: &[OsString]) -> String {
    let rest = typed.iter().skip(1).map(|text| text.to_string_lossy());
    let rest: Vec<_> = rest.filter(|text| text != application).collect();
    let is_plain = |text: &str| {
        let secrets = options.iter().filter(|option| option.secret);
        let is_secret = secrets
            .into_iter()
            .any(|option| text.starts_with(&format!("--{}", option.flag())));
        !is_secret && !text.contains(|c: char| c.is_whitespace() || "'\"\\$`&;|<>()*?".contains(c))
    };
    match rest.iter().all(|text| is_plain(text)) {
        true => format!("type `hbnb {}`", rest.join(" ")),
        false => "type the same without it".to_owned(),
    }
}

/// A plain number is one of seconds.
fn seconds(text: &str) -> Result<String, std::convert::Infallible> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Ok(match is_number {
        true => format!("{text}s"),
        false => text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use kit::config::{Env, Settings};

    use super::{JITTER, OTHERS, options};
    use crate::cli;

    /// The settings of `hbnb serve` with these flags, or what is said of them.
    fn serve(flags: &[&str]) -> Result<Settings, String> {
        let typed: Vec<OsString> = [&["hbnb", "serve"], flags]
            .concat()
            .iter()
            .map(OsString::from)
            .collect();
        let all = cli::options();
        let matches = cli::matches(&all, &typed).map_err(|error| error.to_string())?;
        let flags = matches.subcommand_matches("serve").unwrap();
        let settings = Settings::load(&options(all, flags), &Env::default(), flags);
        settings.map_err(|error| error.to_string())
    }

    fn table(flags: &[&str]) -> Vec<(&'static str, String, String)> {
        let mut table = serve(flags).unwrap().table();
        table.retain(|(_, _, source)| source.starts_with("--"));
        table.sort();
        table
    }

    fn row(key: &'static str, value: &str, flag: &str) -> (&'static str, String, String) {
        (key, value.to_owned(), flag.to_owned())
    }

    #[test]
    fn task_six() {
        let flags = "-w 3 -b 0.0.0.0:5003 --error-logfile /tmp/e --access-logfile /tmp/a -p pid";
        let flags: Vec<_> = flags.split(' ').collect();
        assert_eq!(
            table(&flags),
            [
                row("access_log", "/tmp/a", "--access-logfile"),
                row("bind", "0.0.0.0:5003", "--bind"),
                row("error_log", "/tmp/e", "--error-logfile"),
                row("pid_file", "pid", "--pid"),
                row("workers", "3", "--workers"),
            ]
        );
        let settings = serve(&flags).unwrap();
        assert_eq!(settings.values()["access_log_format"], "combined");
    }

    #[test]
    fn the_form_of_access_lines() {
        let form = |flags: &[&str]| serve(flags).unwrap().values()["access_log_format"].clone();
        assert_eq!(form(&["--access-log", "-"]), "log");
        assert_eq!(form(&["--access-logfile", "-"]), "combined");
        let json = ["--access-logfile", "-", "--access-log-format", "json"];
        assert_eq!(form(&json), "json");
    }

    #[test]
    fn addresses_add_up() {
        let flags = [
            "-b",
            "127.0.0.1:5000",
            "--bind",
            ":5001,unix:/run/a.sock",
            "-b[::1]:0",
        ];
        let all = "127.0.0.1:5000,:5001,unix:/run/a.sock,[::1]:0";
        assert_eq!(table(&flags), [row("bind", all, "--bind")]);
    }

    #[test]
    fn times() {
        let flags = [
            "-t",
            "60",
            "--graceful-timeout",
            "1m",
            "--max-requests",
            "9",
            "--max-requests-jitter",
            "5",
        ];
        assert_eq!(
            table(&flags),
            [
                row("drain_deadline", "1m", "--graceful-timeout"),
                row("max_requests", "9", "--max-requests"),
                row("watchdog", "60s", "--timeout"),
            ]
        );
        assert_eq!(
            serve(&["--timeout", "0"]).unwrap().values()["watchdog"],
            "0s"
        );
    }

    #[test]
    fn what_was_typed_is_named() {
        for (flags, wanted) in [
            (
                &["--timeout", "soon"],
                "watchdog has a wrong value \"soon\" (from --timeout): give a time",
            ),
            (
                &["-w", "0"],
                "workers has a wrong value \"0\" (from --workers): give a number from 1",
            ),
            (
                &["-b", "5000"],
                "bind has a wrong value \"5000\" (from --bind): give host:port",
            ),
            (
                &["--max-requests-jitter", "x"],
                "invalid value 'x' for '--max-requests-jitter <NUMBER>'",
            ),
        ] {
            let said = serve(flags).unwrap_err();
            assert!(said.contains(wanted), "{said}");
        }
        let said = serve(&["--pid", "a", "--pid-file", "b"]).unwrap_err();
        assert!(
            said.contains("--pid-file") && said.contains("cannot be used with"),
            "{said}"
        );
    }

    #[test]
    fn what_is_not_taken() {
        for (name, short, has_value, instead) in OTHERS {
            let long = format!("--{name}");
            let short = short.map(|short| format!("-{short}"));
            let long = Some(long).filter(|_| name.len() > 1);
            for flag in long.iter().chain(&short) {
                let flags = [flag.as_str(), "x"];
                let count = if has_value { 2 } else { 1 };
                let said = serve(&flags[..count]).err().unwrap();
                assert!(said.contains(instead), "{flag}: {said}");
            }
        }
    }

    #[test]
    fn an_application() {
        let app = "web_flask.0-hello_route:app";
        let said = serve(&["-w", "3", app, "-b", ":5000"]).err().unwrap();
        let wanted = format!(
            "hbnb serve has its own site, and takes no application such as '{app}': type `hbnb serve -w 3 -b :5000`"
        );
        assert!(said.contains(&wanted), "{said}");
        for rest in [["--api-token", "s3cret"], ["--log", "a b"]] {
            let said = serve(&[app, rest[0], rest[1]]).err().unwrap();
            assert!(
                said.contains("type the same without it") && !said.contains(rest[1]),
                "{said}"
            );
        }
        let said = serve(&["--no-demo", "false"]).err().unwrap();
        assert!(said.contains("unexpected argument 'false' found"), "{said}");
    }

    #[test]
    fn help_is_short() {
        let typed = ["hbnb", "serve", "--help"].map(OsString::from);
        let said = cli::matches(&cli::options(), &typed)
            .unwrap_err()
            .to_string();
        let (_, part) = said.split_once("As Gunicorn calls them").unwrap();
        for flag in [
            "--access-logfile <FILE>",
            "-p, --pid <FILE>",
            "-t, --timeout <SECONDS>",
            JITTER,
        ] {
            assert!(part.contains(flag), "{said}");
        }
        assert!(
            said.contains("-w, --workers") && said.contains("-b, --bind"),
            "{said}"
        );
        assert!(said.contains("Usage: hbnb serve [OPTIONS]\n"), "{said}");
        assert!(
            !said.contains("preload") && !said.contains("application"),
            "{said}"
        );
    }
}
