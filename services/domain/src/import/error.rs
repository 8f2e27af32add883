//! Why an import did not happen.

use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be opened or read.
    #[error("the file {} cannot be read: {source}; nothing was imported", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not JSON.
    #[error("the file {} is not valid JSON: {reason}; nothing was imported", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// The file is JSON, and something else than an object.
    #[error(
        "the file {} is no FileStorage: it must be one JSON object with keys like State.ID; nothing was imported",
        file.display()
    )]
    NotAnObject {
        /// The file.
        file: PathBuf,
    },
    /// Something could not come in, and the caller asked for all or nothing.
    #[error(
        "the file {} holds {faults} rows or links that cannot come in; nothing was imported, since everything was asked for",
        file.display()
    )]
    Strict {
        /// The file.
        file: PathBuf,
        /// How many rows were left out and links dropped.
        faults: u64,
    },
    /// The database failed.
    #[error("the file {} could not be imported: {source}; nothing was imported", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What the database said.
        source: Error,
    },
}

/// An [`ImportError`] that does not know its file yet.
pub(super) enum Failure {
    Database(Error),
    Json(serde_json::Error),
    Read(io::Error),
}

impl Failure {
    pub(super) fn of(self, file: &Path) -> ImportError {
        let file = file.to_owned();
        match self {
            Failure::Database(source) => ImportError::Database { file, source },
            Failure::Read(source) => ImportError::Read { file, source },
            Failure::Json(error) if error.is_io() => ImportError::Read {
                file,
                source: error.into(),
            },
            // Any value can be skipped or read, so that only the whole file can be of the wrong kind.
            Failure::Json(error) if error.is_data() => ImportError::NotAnObject { file },
            Failure::Json(error) => ImportError::Syntax {
                file,
                reason: error.to_string(),
            },
        }
    }
}
