//! A new program takes over from the one that runs, in place: the same process, the same workers, the same sockets.
//!
//! Open files outlive execve(2) unless they are marked to be closed. What they are is told by a description in memory, whose
//! number is on the command line. Who cannot read it gives the process back to the program of before.

mod kept;
mod restore;

use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use clap::{Arg, value_parser};
use command_fds::{CommandFdExt, FdMapping};
use kit::config::{Opt, Settings};
use kit::serve::Inherited;
use nix::sys::signal::SigSet;
use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::generation::sealed;
pub(crate) use kept::{FORMAT, Kept};
pub(crate) use restore::{Restored, restore};

/// The flags, without dashes, by which a program is told to take over, and to say whether it could.
pub(crate) const TAKE_OVER: &str = "take-over";
pub(crate) const CHECK: &str = "check-take-over";
/// What a program says that could.
const COULD: &str = "this program can take over";
/// How long that may take.
const LIMIT: Duration = Duration::from_secs(10);
/// The most that is read of what it says, in bytes.
const MOST: u64 = 64 * 1024;
/// Where the description is while a program is asked.
const ASKED: RawFd = 3;

/// The two flags, which nobody types.
pub(crate) fn flags() -> [Arg; 2] {
    [TAKE_OVER, CHECK].map(|name| {
        let number = Arg::new(name).long(name).hide(true);
        number
            .require_equals(true)
            .value_parser(value_parser!(RawFd))
    })
}

/// How to run a program in the place of this one.
pub(crate) struct Successor<'a> {
    program: BorrowedFd<'a>,
    /// The whole command line of this process, the name of the program first.
    arguments: &'a [OsString],
}

impl<'a> Successor<'a> {
    pub(crate) fn new(program: &'a impl AsFd, arguments: &'a [OsString]) -> Successor<'a> {
        let program = program.as_fd();
        Successor { program, arguments }
    }

    /// Asks the program whether it could take over; one sentence if not.
    pub(crate) async fn could(&self, kept: &Kept) -> anyhow::Result<()> {
        let mut command = Command::new(path(self.program));
        command
            .args(&self.arguments[1..])
            .arg(format!("--{CHECK}={ASKED}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .fd_mappings(vec![FdMapping {
                parent_fd: described(kept)?,
                child_fd: ASKED,
            }])
            .map_err(io::Error::other)?;
        let (said, errors) = said_by(command).await?;
        if said.trim_end().ends_with(COULD) {
            return Ok(());
        }
        let last = errors.trim().lines().next_back();
        let last = last.unwrap_or("it says nothing, and may be no hbnb");
        anyhow::bail!("the new program cannot take over: {last}")
    }

    /// Becomes the program. Returns only if that is not possible.
    pub(crate) fn become_it(&self, kept: &Kept) -> anyhow::Error {
        match self.try_to_become_it(kept) {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    fn try_to_become_it(&self, kept: &Kept) -> anyhow::Result<std::convert::Infallible> {
        let description = described(kept)?;
        let mut arguments: Vec<OsString> = self.arguments.to_vec();
        arguments.push(format!("--{TAKE_OVER}={}", description.as_raw_fd()).into());
        let arguments: Vec<CString> = arguments
            .iter()
            .map(|text| text_of(text))
            .collect::<Result<_, _>>()?;
        let program = text_of(OsStr::new(&path(self.program)))?;
        let files = kept.files();
        files
            .iter()
            .try_for_each(|file| mark(*file, FdFlags::empty()))?;
        fcntl_setfd(&description, FdFlags::empty())?;
        let error = nix::unistd::execv(&program, &arguments).err();
        // Whoever is started by this process must not have them.
        files
            .iter()
            .try_for_each(|file| mark(*file, FdFlags::CLOEXEC))?;
        Err(error.map_or_else(|| anyhow::anyhow!("nothing happened"), Into::into))
    }
}

/// What a program writes to its standard output and error until it ends. Its end itself is taken by who takes all.
async fn said_by(mut command: Command) -> anyhow::Result<(String, String)> {
    let mut child = command.spawn().context("the new program cannot be run")?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let process = pidfd_open(
        pid.context("a process without a number")?,
        PidfdFlags::empty(),
    )?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Not one of a pool, which would stay a while, and take signals that are held back for the next program.
    let (tell, told) = oneshot::channel();
    let reader = thread::spawn(move || tell.send((text_from(stdout), text_from(stderr))));
    if let Ok(said) = timeout(LIMIT, told).await {
        let said = said?;
        // It has told, so it ends now.
        let _ = reader.join();
        return Ok(said);
    }
    // It may have ended just now.
    let _ = pidfd_send_signal(process, Signal::KILL);
    anyhow::bail!("the new program did not say within {LIMIT:?} whether it can take over")
}

/// What cannot be read was not said.
fn text_from(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let _ = pipe.take(MOST).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Says to who asked by [`Successor::could`] that this program could.
pub(crate) fn say_so() -> io::Result<()> {
    kit::program::say(COULD)
}

/// Holds all signals back: none is lost between one program and the next.
pub(crate) fn hold_signals(held: bool) -> anyhow::Result<()> {
    let all = SigSet::all();
    match held {
        true => all.thread_block()?,
        false => all.thread_unblock()?,
    }
    Ok(())
}

/// The description that has this number.
pub(crate) fn read(number: RawFd) -> anyhow::Result<Kept> {
    let bytes = whole(&File::from(adopt(number)?))?;
    let kept: Kept =
        serde_json::from_slice(&bytes).context("the description of the master cannot be read")?;
    let format = kept.format;
    anyhow::ensure!(
        format == FORMAT,
        "the master is described in form {format}, and this program knows form {FORMAT}"
    );
    Ok(kept)
}

/// The open file with this number, which the program before has left for this one.
#[expect(
    unsafe_code,
    reason = "a number becomes an open file; that there is one is tested, and that it is nobody else's is the protocol"
)]
fn adopt(number: RawFd) -> io::Result<OwnedFd> {
    mark(number, FdFlags::CLOEXEC)?;
    // SAFETY: the file is open, as the call before has shown, and each number of a description is adopted once.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// The settings that the workers in force were given.
pub(crate) fn settings_of(kept: &Kept, options: &[Opt]) -> anyhow::Result<Settings> {
    let mut generations = kept.generations.iter();
    let now = generations.find(|generation| generation.number == kept.generation);
    let now = now.context("the generation in force is not described")?;
    let file = borrowed(now.settings)?.try_clone_to_owned()?;
    let text = String::from_utf8(whole(&file.into())?)?;
    Ok(Settings::handed(options, &text)?)
}

/// The files of logs in it.
pub(crate) fn inherited(kept: &Kept) -> io::Result<Inherited> {
    let logs = kept.logs.iter();
    let owned = |number| borrowed(number)?.try_clone_to_owned();
    let logs = logs.map(|(log, number)| Ok((log.clone(), owned(*number)?)));
    Ok(Inherited::left(logs.collect::<io::Result<_>>()?))
}

fn whole(file: &File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(file.metadata()?.len())?];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// An open file of the description, which nobody has adopted yet.
#[expect(
    unsafe_code,
    reason = "a number is borrowed as long as nobody closes it"
)]
pub(crate) fn borrowed<'a>(number: RawFd) -> io::Result<BorrowedFd<'a>> {
    if number < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the call after it tells by an error that there is no such file.
    let file = unsafe { BorrowedFd::borrow_raw(number) };
    fcntl_getfd(file)?;
    Ok(file)
}

fn mark(number: RawFd, flags: FdFlags) -> io::Result<()> {
    Ok(fcntl_setfd(borrowed(number)?, flags)?)
}

fn described(kept: &Kept) -> anyhow::Result<OwnedFd> {
    Ok(sealed("hbnb-master", &serde_json::to_vec(kept)?)?)
}

fn path(program: BorrowedFd<'_>) -> String {
    format!("/proc/self/fd/{}", program.as_raw_fd())
}

fn text_of(text: &OsStr) -> anyhow::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}
