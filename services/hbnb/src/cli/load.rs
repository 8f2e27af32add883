//! The flags of `hbnb load`.

use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Command, Error, value_parser};
use http::{HeaderName, HeaderValue};
use kit::config::Span;

use crate::load::{Condition, Target, Weights};

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(60 * 60);
const MOST_CONNECTIONS: i64 = 10_000;

const MORE: &str = "\
Visitors browse (first page, files, next page, a state, a city), filter (page and API), open a place and its reviews, and
with --writes write reviews. With a rate, requests are started when they are due, whether or not others are answered, and
latencies count from then on. A request fails if it gets no answer in time, a broken one, another status than it should, or
not what it asked for; latencies are those of good answers and of timeouts.

Reviews are written as hbnb-load@example.com and say so: on a site of your own, to delete this user deletes them all.
A site that has an API token wants it for writing: --api-token, or HBNB_API_TOKEN.

Exit code: 0; 1 when the site cannot be visited or a condition of --fail-on holds; 2 for a wrong flag.

Examples:
  hbnb load
  hbnb load --rate 200 --duration 1m --fail-on \"errors>0,p99>200ms\"
  hbnb load --url https://site.example --users 20 --think 1s --json > result.json
  hbnb load --writes --journeys open=3,review=1";

pub(super) fn load() -> Command {
    Command::new("load")
        .about("Visit a site as many people would, and tell how it did")
        .after_help(MORE)
        .args(pace())
        .args(manner())
        .args(outcome())
}

/// The error of who lets reviews be written without saying so.
pub(crate) fn unasked_writes() -> Error {
    let told =
        "--journeys has reviews, which are written to the site: give --writes too, or review=0";
    Command::new("hbnb load").error(ErrorKind::MissingRequiredArgument, told)
}

fn pace() -> [Arg; 6] {
    let connections = || value_parser!(u32).range(1..=MOST_CONNECTIONS);
    [
        value("url", "URL", "http://127.0.0.1:8080")
            .value_parser(|text: &str| text.parse::<Target>())
            .help("The site: http://HOST[:PORT] or https://HOST[:PORT]"),
        value("rate", "NUMBER", "50")
            .value_parser(rate)
            .conflicts_with("users")
            .help("Requests a second, from 0.1 to 100000"),
        Arg::new("users")
            .long("users")
            .value_name("NUMBER")
            .value_parser(connections())
            .help("Instead of a rate: so many users, each of whom waits for answers"),
        value("think", "TIME", "0")
            .value_parser(|text: &str| span(text, Duration::ZERO, LONGEST_TIMEOUT))
            .requires("users")
            .help("How long a user waits after each answer"),
        value("duration", "TIME", "30s")
            .value_parser(|text: &str| span(text, Duration::from_millis(1), LONGEST))
            .help("How long requests are started"),
        value("max-in-flight", "NUMBER", "512")
            .value_parser(connections())
            .conflicts_with("users")
            .help("Requests under way at most; those that are due meanwhile are dropped, and have failed"),
    ]
}

fn manner() -> [Arg; 7] {
    [
        value("timeout", "TIME", "10s")
            .value_parser(|text: &str| span(text, Duration::from_millis(1), LONGEST_TIMEOUT))
            .help("How long one request may take"),
        Arg::new("journeys")
            .long("journeys")
            .value_name("WEIGHTS")
            .value_parser(|text: &str| text.parse::<Weights>())
            .help("How often each is made [default: browse=5,filter=3,open=3, with --writes review=1]"),
        flag("writes", "Write reviews too"),
        flag("fresh", "A new connection for each request"),
        flag("insecure", "Take any TLS certificate"),
        flag("allow-empty", "Visit a site without places too, as far as it goes"),
        Arg::new("header")
            .long("header")
            .value_name("NAME: VALUE")
            .value_parser(header)
            .action(ArgAction::Append)
            .help("Send this with every request; may be repeated"),
    ]
}

fn outcome() -> [Arg; 2] {
    [
        flag("json", "Write the result as JSON"),
        Arg::new("fail_on")
            .long("fail-on")
            .value_name("CONDITION")
            .value_parser(|text: &str| text.parse::<Condition>())
            .value_delimiter(',')
            .action(ArgAction::Append)
            .help(
                "End with 1 if this holds, such as errors>0 or p99>200ms; several, comma-separated",
            ),
    ]
}

fn value(flag: &'static str, value: &'static str, default: &'static str) -> Arg {
    Arg::new(flag.replace('-', "_"))
        .long(flag)
        .value_name(value)
        .default_value(default)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok();
    rate.filter(|rate| (0.1..=100_000.0).contains(rate))
        .ok_or_else(|| "give a number from 0.1 to 100000".to_owned())
}

fn span(text: &str, least: Duration, most: Duration) -> Result<Span, String> {
    let span: Span = text.parse()?;
    match (least..=most).contains(&span.0) {
        true => Ok(span),
        false => Err(format!("give {} to {}", Span(least), Span(most))),
    }
}

fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = text
        .split_once(':')
        .and_then(|(name, value)| Some((name.trim().parse().ok()?, value.trim().parse().ok()?)));
    parsed.ok_or_else(|| "give NAME: VALUE, such as 'Accept-Language: eo'".to_owned())
}
