//! `hbnb secrets`.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::ArgMatches;
use kit::program;
use rustix::rand::{GetRandomFlags, getrandom};

/// Bytes of a secret.
const LENGTH: usize = 32;
/// Who has no right to change owners can give a file to another user only by letting everybody read it.
const READABLE: u32 = 0o444;

pub(crate) fn run(flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let folder = flags.get_one::<PathBuf>("dir").context("no folder")?;
    let made = DirBuilder::new().mode(0o755).create(folder);
    if let Err(error) = made.or_else(already) {
        bail!("the folder {} cannot be made: {error}", folder.display());
    }
    for name in flags.get_many::<String>("name").into_iter().flatten() {
        let file = folder.join(name);
        let said = if provide(&file)? { "made" } else { "kept" };
        program::say(&format!("{}: {said}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A name that can stand in the folder and is not hidden there.
pub(crate) fn file_name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match text.bytes().all(plain) && !text.starts_with('.') && !text.is_empty() {
        true => Ok(text.to_owned()),
        false => Err("give letters, digits, '-', '_' and '.', such as api-token".to_owned()),
    }
}

/// Whether the secret was made now; one that is there is left as it is, and an error if nobody could use it.
fn provide(file: &Path) -> anyhow::Result<bool> {
    let name = file.display();
    match fs::read(file) {
        Ok(text) if text.trim_ascii().is_empty() => {
            bail!("the secret {name} is empty: remove the file, and a new one is made")
        }
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => bail!("the secret {name} is there and cannot be read: {error}"),
    }
    match write(file) {
        // Another one was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        written => written
            .map(|()| true)
            .with_context(|| format!("the secret {name} cannot be written"))
            .map_err(|error| anyhow::anyhow!("{error:#}")),
    }
}

/// Writes the whole file under another name and links it, so that it is never there in part, nor ever overwritten.
fn write(file: &Path) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let hidden = folder.join(format!(".{}", random()?));
    let written = fill(&hidden).and_then(|()| fs::hard_link(&hidden, file));
    // One that is left behind does no harm: nobody looks for its name.
    let _ = fs::remove_file(&hidden);
    written?;
    // So that the name too survives a power cut.
    File::open(folder)?.sync_all()
}

fn fill(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(READABLE)
        .open(path)?;
    writeln!(file, "{}", random()?)?;
    // Whatever the umask says.
    file.set_permissions(Permissions::from_mode(READABLE))?;
    file.sync_all()
}

/// Random bytes in hexadecimal, which fit into any URL and any file.
fn random() -> io::Result<String> {
    let mut bytes = [0; LENGTH];
    // So few bytes always come whole.
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn already(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    }
}
