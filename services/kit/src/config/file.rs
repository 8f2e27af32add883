//! The TOML file: flat keys, their values turned to text.

use std::collections::BTreeMap;
use std::path::Path;

use ::config::{FileFormat, Source as _, Value, ValueKind};

use super::error::{ConfigError, Source};
use super::layers::{Layer, nearest};
use super::opt::Opt;

/// Reads the file that `origin` (a flag or a variable) names.
pub(super) fn read(path: &Path, origin: &str, options: &[Opt]) -> Result<Layer, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        path: path.to_owned(),
        origin: origin.to_owned(),
        reason: error.to_string(),
    })?;
    let table = ::config::File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            problem: one_line(&error.to_string()),
        })?;
    let sorted: BTreeMap<_, _> = table.into_iter().collect();
    sorted
        .into_iter()
        .map(|(key, value)| entry(path, &key, value, options))
        .collect()
}

/// The first and the last line of a TOML error: where, and what. Between them stands the line itself, maybe with a secret.
fn one_line(problem: &str) -> String {
    let mut lines = problem
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let place = lines
        .next()
        .unwrap_or_default()
        .trim_start_matches("TOML parse error ");
    match lines.next_back() {
        Some(what) => format!("{place}: {what}"),
        None => place.to_owned(),
    }
}

fn entry(
    path: &Path,
    key: &str,
    value: Value,
    options: &[Opt],
) -> Result<(&'static str, (String, Source)), ConfigError> {
    // The file cannot name the file.
    let known = options.iter().filter(|option| option.key != "config");
    let Some(option) = known.clone().find(|option| option.key == key) else {
        return Err(ConfigError::UnknownKey {
            path: path.to_owned(),
            key: key.to_owned(),
            nearest: nearest(key, known.map(|option| option.key)),
        });
    };
    let origin = Source::File(path.to_owned());
    match text(value.kind) {
        Some(text) => Ok((option.key, (text, origin))),
        None => Err(ConfigError::Value {
            key: key.to_owned(),
            origin,
            value: None,
            problem: "give one text, number or boolean, or a list of texts".to_owned(),
        }),
    }
}

fn text(kind: ValueKind) -> Option<String> {
    match kind {
        ValueKind::Array(items) => {
            let texts: Option<Vec<_>> = items.into_iter().map(|item| scalar(item.kind)).collect();
            texts.map(|texts| texts.join(","))
        }
        kind => scalar(kind),
    }
}

fn scalar(kind: ValueKind) -> Option<String> {
    match kind {
        ValueKind::Nil | ValueKind::Table(_) | ValueKind::Array(_) => None,
        kind => Some(kind.to_string()),
    }
}
