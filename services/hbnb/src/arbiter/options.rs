//! What the master is told: how many workers, how long they may take, when they are renewed.

use std::num::NonZero;
use std::str::FromStr;
use std::thread::available_parallelism;

use kit::config::{Opt, Size, Span, parsed, parses, whole};
use serde::{Deserialize, Deserializer};

/// The options of the master alone.
pub(crate) const OPTIONS: &[Opt] = &[
    Opt::new(
        "workers",
        "auto",
        "NUMBER",
        "How many workers: a number, or auto for one per processor that there is",
        parses::<Workers>,
    ),
    Opt::new(
        "balance",
        "shared",
        "WAY",
        "How workers share connections: shared, or slots for a TCP socket each",
        parses::<Balance>,
    ),
    Opt::new(
        "start_timeout",
        "30s",
        "TIME",
        "How long a worker may take until it is ready, besides database_wait",
        parses::<Span>,
    ),
    Opt::new(
        "max_requests",
        "0",
        "NUMBER",
        "After how many requests a worker is renewed, up to a tenth more; 0 for never",
        whole::<u64>,
    ),
    Opt::new(
        "max_age",
        "0",
        "TIME",
        "After how long a worker is renewed, up to a tenth more; 0 for never",
        parses::<Span>,
    ),
    Opt::new(
        "max_rss",
        "0",
        "SIZE",
        "At how much memory a worker is renewed, up to a tenth less; 0 for never",
        parses::<Size>,
    ),
    Opt::new(
        "control_socket",
        "hbnb.sock",
        "PATH",
        "Where hbnb status, reload and others reach the master; empty for nowhere",
        parses::<String>,
    ),
    Opt::new(
        "pid_file",
        "",
        "FILE",
        "Where to write the number of the master's process",
        parses::<String>,
    ),
];

/// The values of [`OPTIONS`], and of others that the master needs.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ArbiterOptions {
    pub(crate) workers: Workers,
    pub(crate) balance: Balance,
    pub(crate) start_timeout: Span,
    pub(crate) max_requests: u64,
    pub(crate) max_age: Span,
    pub(crate) max_rss: Size,
    pub(crate) database_wait: Span,
    pub(crate) control_socket: String,
    #[serde(default)]
    pub(crate) pid_file: String,
}

/// How many workers there are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workers {
    /// As many as the control group and the affinity of the process leave processors.
    Auto,
    Number(NonZero<u16>),
}

impl Workers {
    pub(crate) fn count(self) -> usize {
        match self {
            // It reads the quota of either version of control groups.
            Workers::Auto => available_parallelism().map_or(1, NonZero::get),
            Workers::Number(number) => number.get().into(),
        }
    }
}

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Workers, String> {
        match text.parse() {
            Ok(number) if u16::from(number) <= MOST_WORKERS => Ok(Workers::Number(number)),
            _ if text == "auto" => Ok(Workers::Auto),
            _ => Err(format!("give a number from 1 to {MOST_WORKERS}, or auto")),
        }
    }
}

/// More than any one host has use for.
pub(crate) const MOST_WORKERS: u16 = 1024;

/// How workers share the connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Balance {
    /// All accept from the same sockets: who is free takes the next.
    Shared,
    /// Each has TCP sockets of its own, among which the kernel spreads connections evenly.
    Slots,
}

impl FromStr for Balance {
    type Err = String;

    fn from_str(text: &str) -> Result<Balance, String> {
        match text {
            "shared" => Ok(Balance::Shared),
            "slots" => Ok(Balance::Slots),
            _ => Err("give shared or slots".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Workers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Workers, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for Balance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Balance, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Balance, Workers};

    #[test]
    fn numbers_of_workers() {
        assert!("auto".parse::<Workers>().unwrap().count() >= 1);
        assert_eq!("3".parse::<Workers>().unwrap().count(), 3);
        for wrong in ["", "0", "-1", "1025", "70000", "Auto", "two"] {
            let right = wrong.parse::<Workers>().unwrap_err();
            assert_eq!(right, "give a number from 1 to 1024, or auto", "{wrong}");
        }
    }

    #[test]
    fn ways_of_balance() {
        assert_eq!("slots".parse(), Ok(Balance::Slots));
        assert!("reuseport".parse::<Balance>().is_err());
    }
}
