//! The file with the number of the master's process.

use std::fs::{read_to_string, remove_file, rename, write};
use std::path::PathBuf;

/// The file; it goes with this, unless it names another process by then.
pub(crate) struct PidFile(Option<PathBuf>);

impl PidFile {
    /// Writes the file, if one is asked for.
    pub(crate) fn write(path: &str) -> anyhow::Result<PidFile> {
        if path.is_empty() {
            return Ok(PidFile(None));
        }
        let path = std::path::absolute(path)?;
        // Nobody ever reads half of it.
        let begun = path.with_extension("new");
        let written = write(&begun, own()).and_then(|()| rename(&begun, &path));
        written.map_err(|error| {
            anyhow::anyhow!("the option pid_file names {}, which cannot be written: {error}; choose another file", path.display())
        })?;
        Ok(PidFile(Some(path)))
    }
}

impl PidFile {
    /// The same in a program that has taken over, which cannot be stopped by it any more.
    pub(crate) fn go_on(path: &str) -> PidFile {
        PidFile::write(path).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            PidFile(None)
        })
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        let Some(path) = &self.0 else { return };
        let is_ours = read_to_string(path).is_ok_and(|text| text == own());
        if is_ours && let Err(error) = remove_file(path) {
            tracing::warn!(path = %path.display(), %error, "the pid file cannot be removed");
        }
    }
}

fn own() -> String {
    format!("{}\n", std::process::id())
}
