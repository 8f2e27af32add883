//! What is logged, and in which form.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use super::text::parsed;

/// The form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<LogFormat, String> {
        match text.trim() {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            _ => Err("give text or json".to_owned()),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        })
    }
}

/// The form of the lines of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessFormat {
    /// That of the log itself.
    Log,
    /// A JSON object a line.
    Json,
    /// Apache's and nginx' combined format.
    Combined,
}

impl FromStr for AccessFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<AccessFormat, String> {
        match text.trim() {
            "log" => Ok(AccessFormat::Log),
            "json" => Ok(AccessFormat::Json),
            "combined" => Ok(AccessFormat::Combined),
            _ => Err("give log, json or combined".to_owned()),
        }
    }
}

/// A file that lines are appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogFile {
    /// `-`: standard output or standard error, whichever is usual.
    Standard,
    /// The file of this name.
    Path(PathBuf),
}

impl FromStr for LogFile {
    type Err = String;

    fn from_str(text: &str) -> Result<LogFile, String> {
        match text {
            "-" => Ok(LogFile::Standard),
            "" => Err("give a file, or -".to_owned()),
            path => Ok(LogFile::Path(path.into())),
        }
    }
}

/// What is logged: a level, or directives such as `info,sqlx=warn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter for a subscriber.
    pub fn filter(&self) -> EnvFilter {
        EnvFilter::new(&self.0)
    }
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<LogFilter, String> {
        let text = text.trim();
        // EnvFilter takes a bare word that is no level for a target, so that `verbose` would silence the log.
        let is_level =
            |part: &str| !part.trim().is_empty() && part.trim().parse::<LevelFilter>().is_ok();
        let bare_words = text
            .split(',')
            .filter(|part| !part.contains(['=', '[', ']', '}']));
        let right = EnvFilter::try_new(text).is_ok() && bare_words.into_iter().all(is_level);
        let problem = "give a level (off, error, warn, info, debug, trace) or directives such as info,sqlx=warn";
        right
            .then(|| LogFilter(text.to_owned()))
            .ok_or_else(|| problem.to_owned())
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LogFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogFormat, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for AccessFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AccessFormat, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for LogFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogFile, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for LogFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogFilter, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::LogFilter;

    #[test]
    fn filters() {
        for text in ["info", "WARN", "off", "info,sqlx=warn", "http=debug"] {
            assert!(text.parse::<LogFilter>().is_ok(), "{text}");
        }
        for text in [
            "",
            "verbose",
            "info,,warn",
            "http=loud",
            "info,verbose",
            "7",
            "=info,",
        ] {
            assert!(text.parse::<LogFilter>().is_err(), "{text}");
        }
    }
}
