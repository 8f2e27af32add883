//! The flags of `hbnb nginx`, and of `hbnb check` for it.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use kit::config::{Listen, Networks};

use crate::nginx::{Front, Writes};

const MORE: &str = "\
It is of one source with what containers use, and whole in itself. Print it anew when options of hbnb change, and ask
hbnb check --nginx whether a file of your own still fits. hbnb must be told to believe nginx, by trusted_proxies: the first
lines of the file say what to give.

Examples:
  hbnb nginx --bind unix:/run/hbnb.sock >/etc/nginx/conf.d/hbnb.conf
  hbnb nginx --server-name hbnb.example --certificate /etc/ssl/site.pem --key /etc/ssl/site.key
  hbnb nginx --whole --listen 8000 --static-dir /srv/hbnb/static --write-rate 5";

pub(super) fn nginx() -> Command {
    Command::new("nginx")
        .about("Print the file for nginx in front of hbnb serve, for the options in effect")
        .after_help(MORE)
        .args(site())
        .args(more())
}

/// What `hbnb check` asks besides probes.
pub(super) fn file_to_check() -> Arg {
    Arg::new("nginx")
        .long("nginx")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .conflicts_with_all(["probe", "tcp"])
        .help(
            "Say instead what in a file of nginx does not fit the options in effect, line by line",
        )
}

fn site() -> [Arg; 6] {
    [
        list(
            "server-name",
            "NAME",
            "The names of the site; without one it is the site for all names",
        )
        .value_parser(name),
        list(
            "listen",
            "ADDRESS",
            "Where to speak HTTP: a port, or address:port; with a certificate it leads to HTTPS",
        )
        .value_parser(address)
        .default_value("80,[::]:80"),
        list("listen-tls", "ADDRESS", "Where to speak HTTPS")
            .value_parser(address)
            .default_value("443,[::]:443")
            .requires("certificate"),
        text(
            "certificate",
            "FILE",
            "The certificate, with its chain, in PEM",
        )
        .value_parser(path)
        .requires("key"),
        text("key", "FILE", "Its key")
            .value_parser(path)
            .requires("certificate"),
        Arg::new("whole")
            .long("whole")
            .action(ArgAction::SetTrue)
            .help("Print all of nginx.conf, not a file for conf.d"),
    ]
}

fn more() -> [Arg; 6] {
    [
        text("static-dir", "FOLDER", "Take files of /static/ from this folder first, and only others from hbnb").value_parser(path),
        text("cache-dir", "FOLDER", "Where to keep copies of files that hbnb says may be cached; off for none")
            .value_parser(off_or_path)
            .default_value("/var/cache/nginx-hbnb"),
        text("access-log", "FILE", "Where to write a line a request, as JSON; off for none")
            .value_parser(off_or_path)
            .default_value("/var/log/nginx/hbnb-access.log"),
        list("trusted-networks", "NETWORKS", "Proxies before nginx, whose X-Forwarded-* count").value_parser(network),
        text("write-rate", "NUMBER", "How much one address may write, in requests a second; others get 429 [default: no limit]")
            .value_parser(value_parser!(u32).range(1..=100_000)),
        text("write-burst", "NUMBER", "How many more may come at once")
            .value_parser(value_parser!(u32).range(1..=100_000))
            .default_value("20")
            .requires("write_rate"),
    ]
}

/// What the flags say.
pub(crate) fn front(flags: &ArgMatches) -> Front {
    let all = |name: &str| -> Vec<String> {
        let values = flags.get_many::<String>(name);
        values.into_iter().flatten().cloned().collect()
    };
    let one = |name: &str| flags.get_one::<String>(name).cloned();
    let rate = flags.get_one::<u32>("write_rate").copied();
    let burst = flags.get_one::<u32>("write_burst").copied();
    Front {
        names: all("server_name"),
        listen: all("listen"),
        listen_tls: all("listen_tls"),
        certificate: one("certificate").zip(one("key")),
        static_dir: one("static_dir"),
        cache_dir: one("cache_dir").filter(|folder| folder != "off"),
        access_log: one("access_log").unwrap_or_else(|| "off".to_owned()),
        networks: all("trusted_networks"),
        writes: rate.zip(burst).map(|(rate, burst)| Writes { rate, burst }),
        is_whole: flags.get_flag("whole"),
    }
}

fn text(flag: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(flag.replace('-', "_"))
        .long(flag)
        .value_name(value)
        .help(help)
}

fn list(flag: &'static str, value: &'static str, help: &'static str) -> Arg {
    text(flag, value, help)
        .value_delimiter(',')
        .action(ArgAction::Append)
}

fn name(text: &str) -> Result<String, String> {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*');
    match !text.is_empty() && text.bytes().all(plain) {
        true => Ok(text.to_owned()),
        false => {
            Err("give names such as hbnb.example or *.hbnb.example, comma-separated".to_owned())
        }
    }
}

fn address(text: &str) -> Result<String, String> {
    let is_port = text.parse::<u16>().is_ok_and(|port| port > 0);
    let is_address =
        !text.starts_with(':') && matches!(text.parse(), Ok(Listen::Tcp { port: 1.., .. }));
    match is_port || is_address {
        true => Ok(text.to_owned()),
        false => Err(
            "give a port, such as 80, or address:port, such as 127.0.0.1:8000 or [::]:80"
                .to_owned(),
        ),
    }
}

fn network(text: &str) -> Result<String, String> {
    match (text, text.parse::<Networks>()) {
        ("unix", _) | (_, Err(_)) => {
            Err("give networks such as 10.0.0.0/8, or addresses".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

/// A path that means nothing but itself to nginx, whose own folder would be the beginning of a relative one.
fn path(text: &str) -> Result<String, String> {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'\\;{}$".contains(c);
    match text.starts_with('/') && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err(
            "give a path that begins with / and has no space, quote, ;, {, }, $ or \\".to_owned(),
        ),
    }
}

fn off_or_path(text: &str) -> Result<String, String> {
    match text {
        "off" => Ok(text.to_owned()),
        _ => path(text).map_err(|told| format!("{told}, or off")),
    }
}
