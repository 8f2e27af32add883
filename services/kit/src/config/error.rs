//! Where a value comes from, and what can be wrong with it.

use std::fmt;
use std::path::PathBuf;

use super::opt::variable;

/// The layer that gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The program's own default.
    Default,
    /// The TOML file.
    File(PathBuf),
    /// The environment variable of this name.
    Environment(String),
    /// The file that this `HBNB_*_FILE` variable names.
    EnvironmentFile {
        /// The variable.
        variable: String,
        /// The file.
        path: PathBuf,
    },
    /// The flag of this name, with its dashes.
    Flag(String),
    /// The master, see [`Settings::handed`](super::Settings::handed).
    Master,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "file {}", path.display()),
            Source::Environment(name) => f.write_str(name),
            Source::EnvironmentFile { variable, path } => {
                write!(f, "file {} by {variable}", path.display())
            }
            Source::Flag(name) => f.write_str(name),
            Source::Master => f.write_str("the master"),
        }
    }
}

/// Why options cannot be used. The message is one sentence that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value that its option does not take.
    #[error("the option {key} has a wrong value{} (from {origin}): {problem}", quoted(.value))]
    Value {
        /// The option.
        key: String,
        /// The layer it was found in.
        origin: Source,
        /// The value, unless it is secret.
        value: Option<String>,
        /// What would be right.
        problem: String,
    },
    /// A key in the file that names no option.
    #[error("the file {} has the unknown key {key}{}", path.display(), hint(.nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The option it resembles most.
        nearest: Option<&'static str>,
    },
    /// A secret given twice.
    #[error("both {variable} and {variable}_FILE are set: keep one of them")]
    Twice {
        /// The variable without `_FILE`.
        variable: String,
    },
    /// A file that cannot be read.
    #[error("the file {} cannot be read: {reason}; correct {origin}, which names it, or the file", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The flag or variable that named it.
        origin: String,
        /// What the system said.
        reason: String,
    },
    /// A file that is not TOML.
    #[error("the file {} is not valid TOML {problem}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong there: `at line 2, column 7: …`.
        problem: String,
    },
    /// An option without default that no layer gave.
    #[error("the option {key} is not set: give {} or --{}", variable(key), key.replace('_', "-"))]
    Missing {
        /// The option.
        key: String,
    },
    /// A value that passed its check and does not fit the field that holds it.
    #[error("the options cannot be read: {0}")]
    Shape(String),
}

fn quoted(value: &Option<String>) -> String {
    value
        .as_ref()
        .map(|value| format!(" {value:?}"))
        .unwrap_or_default()
}

fn hint(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(
        || ": remove it, or see --help for the options".to_owned(),
        |key| format!(": did you mean {key}?"),
    )
}
