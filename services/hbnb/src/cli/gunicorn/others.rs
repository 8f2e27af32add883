//! What `hbnb serve` does not take of Gunicorn's command line, and what to do instead.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, Error};
use kit::config::Opt;

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
    ("name", Some('n'), true, "leave it out: in ps a worker is such as hbnb[2] generation 7"),
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

/// The arguments, which no help shows.
pub(super) fn args() -> Vec<Arg> {
    let flags = OTHERS.iter().map(|(name, short, has_value, _)| {
        let arg = Arg::new(*name).short(*short).hide(true);
        let arg = if name.len() > 1 { arg.long(*name) } else { arg };
        arg.action(match has_value {
            true => ArgAction::Append,
            false => ArgAction::SetTrue,
        })
    });
    let application = Arg::new(APPLICATION).hide(true);
    flags.chain([application]).collect()
}

/// Refuses what is not taken; `typed` is the whole command line.
pub(crate) fn check(
    serve: &mut Command,
    flags: &ArgMatches,
    options: &[Opt],
    typed: &[OsString],
) -> Result<(), Error> {
    let is_typed = |name| flags.value_source(name) == Some(ValueSource::CommandLine);
    if let Some((name, short, _, instead)) = OTHERS.iter().find(|(name, ..)| is_typed(name)) {
        let flag = match short {
            Some(short) if name.len() > 1 => format!("--{name} (-{short})"),
            Some(short) => format!("-{short}"),
            None => format!("--{name}"),
        };
        let told = format!("hbnb serve has no {flag}: {instead}");
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

/// What to type instead, unless there is a secret in it.
fn without(application: &str, options: &[Opt], typed: &[OsString]) -> String {
    let rest = typed.iter().skip(1).map(|text| text.to_string_lossy());
    let rest: Vec<_> = rest.filter(|text| text != application).collect();
    let is_plain = |text: &str| {
        let mut secrets = options.iter().filter(|option| option.secret);
        let is_secret = secrets.any(|option| text.starts_with(&format!("--{}", option.flag())));
        !is_secret && !text.contains(|c: char| c.is_whitespace() || "'\"\\$`&;|<>()*?".contains(c))
    };
    match rest.iter().all(|text| is_plain(text)) {
        true => format!("type `hbnb {}`", rest.join(" ")),
        false => "type the same without it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::OTHERS;
    use crate::cli::gunicorn::tests::serve;

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
}
