//! What the lines of a log are written to. A file may be opened anew; one that cannot be written ends nothing: its lines are
//! dropped, and counted.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Stderr, Write, stderr, stdout};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::metrics;

/// Who may read what is logged: the own user and group.
const MODE: u32 = 0o640;

/// An end for the lines of a log.
#[derive(Debug)]
pub(super) struct Output {
    /// The log's label in the metrics.
    log: &'static str,
    to: To,
    /// Where it is opened anew, if it can be.
    path: Option<PathBuf>,
    /// Whether the last line was written in part.
    torn: bool,
    /// How many lines were dropped since one was written.
    outage: Option<u64>,
    news: Option<News>,
}

#[derive(Debug)]
enum To {
    Stderr(Stderr),
    File(File),
}

/// What somebody should be told.
#[derive(Debug)]
pub(super) enum News {
    /// Lines are dropped from now on.
    Away(io::Error),
    /// Lines are written again; so many were dropped.
    Back(u64),
}

impl Output {
    pub(super) fn stderr() -> Output {
        Output::new("error", To::Stderr(stderr()), None)
    }

    pub(super) fn stdout(log: &'static str) -> io::Result<Output> {
        let own = stdout().as_fd().try_clone_to_owned()?;
        Ok(Output::file(log, own.into()))
    }

    /// A file that is open.
    pub(super) fn file(log: &'static str, file: File) -> Output {
        Output::new(log, To::File(file), None)
    }

    /// The file of this name, made if it is missing.
    pub(super) fn open(log: &'static str, path: &Path) -> io::Result<Output> {
        let file = open(path)?;
        Ok(Output::new(log, To::File(file), Some(path.to_owned())))
    }

    fn new(log: &'static str, to: To, path: Option<PathBuf>) -> Output {
        Output {
            log,
            to,
            path,
            torn: false,
            outage: None,
            news: None,
        }
    }

    /// The name of the file, if it can be opened anew.
    pub(super) fn path(&self) -> Option<&PathBuf> {
        self.path.as_ref()
    }

    /// Another descriptor of a file that no name leads to.
    pub(super) fn unnamed(&self) -> Option<io::Result<OwnedFd>> {
        match (&self.to, &self.path) {
            (To::File(file), None) => Some(file.as_fd().try_clone_to_owned()),
            _ => None,
        }
    }

    /// Goes on in another file.
    pub(super) fn go_on_in(&mut self, file: File) {
        self.to = To::File(file);
        self.torn = false;
    }

    pub(super) fn is_stderr(&self) -> bool {
        matches!(self.to, To::Stderr(_))
    }

    pub(super) fn is_terminal(&self) -> bool {
        match &self.to {
            To::Stderr(stderr) => stderr.is_terminal(),
            To::File(file) => file.is_terminal(),
        }
    }

    /// What there is to tell, once.
    pub(super) fn news(&mut self) -> Option<News> {
        self.news.take()
    }

    fn put(&mut self, mut lines: &[u8]) -> Result<(), Lost> {
        if self.torn {
            let ended = self.to.write_all(b"\n");
            ended.map_err(|error| Lost::of(lines, error))?;
            self.torn = false;
        }
        while !lines.is_empty() {
            match self.to.write(lines) {
                Ok(0) => return Err(Lost::of(lines, ErrorKind::WriteZero.into())),
                Ok(length) => {
                    self.torn = lines[length - 1] != b'\n';
                    lines = &lines[length..];
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Lost::of(lines, error)),
            }
        }
        Ok(())
    }

    fn lose(&mut self, Lost { lines, error }: Lost) {
        metrics::lines_dropped(self.log, lines);
        match &mut self.outage {
            Some(dropped) => *dropped += lines,
            None => {
                self.outage = Some(lines);
                self.news = Some(News::Away(error));
            }
        }
    }
}

/// Nobody who writes a line could do better than to go on without it: there are no errors.
impl Write for Output {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        match self.put(lines) {
            Err(lost) => self.lose(lost),
            Ok(()) => {
                let dropped = self.outage.take();
                self.news = dropped.map(News::Back).or(self.news.take());
            }
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines that were not written, at least not whole, and why.
struct Lost {
    lines: u64,
    error: io::Error,
}

impl Lost {
    fn of(text: &[u8], error: io::Error) -> Lost {
        let lines = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        Lost { lines, error }
    }
}

impl Write for To {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            To::Stderr(stderr) => stderr.write(bytes),
            To::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The file of this name, made if it is missing.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let mut how = OpenOptions::new();
    how.append(true).create(true).mode(MODE).open(path)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::net::UnixStream;

    use super::{News, Output, open};

    /// An output that takes a while and then no more, and what reads it.
    fn narrow() -> (UnixStream, Output) {
        let (reader, writer) = UnixStream::pair().unwrap();
        reader.set_nonblocking(true).unwrap();
        writer.set_nonblocking(true).unwrap();
        let writer = OwnedFd::from(writer);
        (reader, Output::file("access", writer.into()))
    }

    fn all(mut reader: &UnixStream) -> String {
        let mut text = Vec::new();
        // It ends because no more is there, which is an error of its own.
        let _ = reader.read_to_end(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn lines_without_room_are_dropped() {
        let (reader, mut output) = narrow();
        let (line, mut lines) = ("a line that is rather long\n", 0);
        while output.outage.is_none() {
            output.write_all(line.repeat(1_000).as_bytes()).unwrap();
            lines += 1_000;
        }
        assert!(matches!(output.news(), Some(News::Away(_))));
        output.write_all(line.as_bytes()).unwrap();
        assert!(output.news().is_none(), "told twice");

        let written = all(&reader);
        output.write_all(b"next\n").unwrap();
        let Some(News::Back(dropped)) = output.news() else {
            panic!("not told");
        };
        let whole = written.matches(line).count() as u64;
        assert_eq!(whole + dropped, lines + 1);
        // What was cut is not the beginning of another line.
        let next = match written.ends_with('\n') {
            true => "next\n",
            false => "\nnext\n",
        };
        assert_eq!(all(&reader), next);
    }

    #[test]
    fn a_file_is_kept_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        for line in ["one\n", "two\n"] {
            let mut output = Output::open("access", &path).unwrap();
            output.write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777 & !0o640, 0);
    }

    #[test]
    fn a_renamed_file_gets_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let [path, old] = ["a.log", "a.log.1"].map(|name| folder.path().join(name));
        let mut output = Output::open("access", &path).unwrap();
        output.write_all(b"one\n").unwrap();
        std::fs::rename(&path, &old).unwrap();
        output.write_all(b"two\n").unwrap();
        output.go_on_in(open(output.path().unwrap()).unwrap());
        output.write_all(b"three\n").unwrap();
        assert_eq!(std::fs::read_to_string(old).unwrap(), "one\ntwo\n");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "three\n");
    }
}
