//! Files of a folder, read when they are asked for: for who works on them.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use tokio::fs;

use crate::answer::{Found, Life, Representation};
use crate::coding::Coding;
use crate::hashed_name::without_hash;
use crate::kind::content_type;

pub(crate) struct Folder(PathBuf);

/// A file as it was when it was asked for.
pub(crate) struct Read {
    kind: &'static str,
    representation: Representation,
}

impl Folder {
    pub(crate) fn new(folder: PathBuf) -> Folder {
        Folder(folder)
    }

    /// The file of this name, or the one that a hashed name means, whichever hash it has.
    pub(crate) async fn read(&self, name: &str) -> io::Result<Option<Read>> {
        if let Some(read) = self.read_plain(name).await? {
            return Ok(Some(read));
        }
        match without_hash(name) {
            Some(plain) => self.read_plain(&plain).await,
            None => Ok(None),
        }
    }

    async fn read_plain(&self, name: &str) -> io::Result<Option<Read>> {
        let bytes = match self.bytes(name).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(error) if is_absent(error.kind()) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Read {
            kind: content_type(name).unwrap_or("application/octet-stream"),
            representation: Representation::new(bytes.into(), Coding::Identity),
        }))
    }

    /// What is really there; none if a link leads out of the folder.
    async fn bytes(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let top = fs::canonicalize(&self.0).await?;
        let file = fs::canonicalize(top.join(name)).await?;
        if !file.starts_with(&top) {
            return Ok(None);
        }
        fs::read(file).await.map(Some)
    }
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidFilename
    )
}

impl Read {
    pub(crate) fn found(&self) -> Found<'_> {
        Found {
            kind: self.kind,
            life: Life::Checked,
            varies: false,
            representation: &self.representation,
        }
    }
}
