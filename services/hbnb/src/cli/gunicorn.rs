//! What `hbnb serve` takes of Gunicorn's flags. Of those that it does not take [`others`] tells.

mod others;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kit::config::Opt;

pub(super) use others::check;

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
    serve
        .mut_arg("workers", |arg| arg.short('w'))
        .mut_arg("bind", |arg| arg.short('b').action(ArgAction::Append))
        .next_help_heading("As Gunicorn calls them (also -w and -b)")
        .args(taken)
        .arg(jitter)
        .args(others::args())
}

/// Says in the log what has no effect.
pub(crate) fn warn(flags: &ArgMatches) {
    if flags.contains_id(JITTER) {
        tracing::warn!("--{JITTER} has no effect: it is always a tenth of max_requests");
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

    use super::{JITTER, options};
    use crate::cli;

    /// The settings of `hbnb serve` with these flags, or what is said of them.
    pub(super) fn serve(flags: &[&str]) -> Result<Settings, String> {
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
