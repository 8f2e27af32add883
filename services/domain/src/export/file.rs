//! An export into a file that is either whole or not there.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncWriteExt, BufWriter};

use super::{ExportError, run};
use crate::{Counts, Id, Store};

/// Writes all rows into a file. A temporary file beside it takes its place once everything is on the disk; until then, and
/// when anything fails, what was there stays. What is no regular file, such as a pipe, is written to directly.
pub async fn to_file(
    store: &Store,
    file: &Path,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts, ExportError> {
    let failed = |source| ExportError::File {
        file: file.to_owned(),
        source,
    };
    // A link stays a link: the file that it leads to is replaced.
    let target = match fs::canonicalize(file).await {
        Ok(target) => target,
        Err(error) if error.kind() == io::ErrorKind::NotFound => file.to_owned(),
        Err(error) => return Err(failed(error)),
    };
    let found = fs::metadata(&target).await.ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        let open = OpenOptions::new().write(true).open(&target).await;
        return fill(store, open.map_err(failed)?, progress)
            .await
            .map_err(|error| named(error, file));
    }
    let temporary = Temporary::beside(&target);
    let open = File::create_new(&temporary.path).await.map_err(failed)?;
    if let Some(found) = found {
        // Who might read the old file may read the new one, and nobody else.
        open.set_permissions(found.permissions())
            .await
            .map_err(failed)?;
    }
    let written = fill(store, open, progress)
        .await
        .map_err(|error| named(error, file))?;
    temporary.rename(&target).await.map_err(failed)?;
    Ok(written)
}

async fn fill(
    store: &Store,
    file: File,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Counts, ExportError> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    let written = run(store, &mut out, progress).await?;
    out.flush().await?;
    match out.get_ref().sync_all().await {
        // Pipes and terminals have no disk behind them.
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(error.into()),
        _ => Ok(written),
    }
}

fn named(error: ExportError, file: &Path) -> ExportError {
    match error {
        ExportError::Write(source) => ExportError::File {
            file: file.to_owned(),
            source,
        },
        other => other,
    }
}

/// A file that goes away again unless it takes another one's place.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn beside(target: &Path) -> Temporary {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{}", Id::random()));
        Temporary {
            path: target.with_file_name(name),
        }
    }

    async fn rename(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target).await?;
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        // So that the new name too survives a power cut.
        File::open(folder).await?.sync_all().await
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing under this name, and the answer does not matter.
        let _ = std::fs::remove_file(&self.path);
    }
}
