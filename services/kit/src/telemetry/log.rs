//! The log and, where it is apart, the log of requests: what their lines are written to, and in which form.

use std::fs::File;
use std::io::{self, ErrorKind, Write, stderr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{LazyLock, OnceLock};
use std::time::SystemTime;

use serde_json::json;
use tokio::time::sleep;
use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt, FilterFn, LevelFilter};
use tracing_subscriber::layer::Filter;
use tracing_subscriber::{Layer, Registry, reload};

use super::LEVEL;
use super::json::Json;
use super::level::Level;
use super::output::{self, News, Output};
use super::sink::{LONGEST_WAIT, Sink};
use crate::config::{AccessFormat, Common, LogFile, LogFilter, LogFormat};
use crate::serve::Inherited;

/// The names of the logs: in the metrics, in `LISTEN_FDNAMES`, and before `-log` in the options.
const LOG_NAME: &str = "error";
const ACCESS_NAME: &str = "access";

const AWAY: &str = "a log cannot be written: its lines are dropped";
const BACK: &str = "a log is written again; lines of it were dropped";

/// The log.
static LOG: LazyLock<Sink> = LazyLock::new(|| Sink::new(Output::stderr()));
/// The log of requests, there if and only if it is apart.
static ACCESS: OnceLock<Access> = OnceLock::new();
/// The form of the log, there if and only if it was started.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

pub(super) type Lines = Box<dyn Layer<Registry> + Send + Sync>;

/// How the lines of requests are written.
struct Access {
    form: AccessFormat,
    /// Its own, or else that of the log.
    sink: Option<Sink>,
}

impl Access {
    fn sink(&'static self) -> &'static Sink {
        self.sink.as_ref().unwrap_or(&LOG)
    }
}

/// Opens the files that the options name, or takes those that a supervisor hands over instead; to be called before the log
/// is started.
pub(crate) fn open(common: &Common, inherited: &Inherited) -> anyhow::Result<()> {
    if let Some(output) = opened(LOG_NAME, common.error_log.as_ref(), inherited)? {
        LOG.with(|to| *to = output);
    }
    let own = opened(ACCESS_NAME, common.access_log.as_ref(), inherited)?;
    let (form, sink) = (common.access_log_format, own.map(Sink::new));
    if sink.is_some() || form != AccessFormat::Log {
        // One that is there already, as in tests, stays.
        let _ = ACCESS.set(Access { form, sink });
    }
    Ok(())
}

fn opened(
    log: &'static str,
    named: Option<&LogFile>,
    inherited: &Inherited,
) -> anyhow::Result<Option<Output>> {
    if let Some(file) = inherited.file(log, File::options().append(true))? {
        return Ok(Some(Output::file(log, file)));
    }
    match named {
        Some(LogFile::Path(path)) => match Output::open(log, path) {
            Ok(output) => Ok(Some(output)),
            Err(error) => Err(anyhow::Error::msg(sentence(log, path, &error))),
        },
        Some(LogFile::Standard) if log == ACCESS_NAME => Ok(Some(Output::stdout(log)?)),
        _ => Ok(None),
    }
}

fn sentence(log: &str, path: &Path, error: &io::Error) -> String {
    let path = path.display();
    let reason = match error.kind() {
        ErrorKind::IsADirectory => "it is a folder; name a file in it".to_owned(),
        ErrorKind::NotFound => "its folder is not there; make it".to_owned(),
        ErrorKind::PermissionDenied => "permission denied; let this user write there".to_owned(),
        _ => format!("{error}; correct it"),
    };
    format!("cannot open the {log} log {path}: {reason}, or choose another file with --{log}-log")
}

/// What writes the lines; to be asked for once.
pub(super) fn layers(usual: &LogFilter, format: LogFormat) -> Vec<Lines> {
    let (filter, handle) = reload::Layer::new(usual.filter());
    let _ = LEVEL.set(Level::new(handle, usual.clone()));
    let _ = FORMAT.set(format);
    let requests = ACCESS.get().and_then(|access| match access.form {
        AccessFormat::Log => Some((format, access.sink())),
        AccessFormat::Json => Some((LogFormat::Json, access.sink())),
        AccessFormat::Combined => None,
    });
    // What is traced is no matter of the log, nor the other way round.
    let events: fn(&Metadata<'_>) -> bool = match requests {
        Some(_) => |metadata| metadata.is_event() && !is_of_a_request(metadata),
        None => |metadata| metadata.is_event(),
    };
    let events = FilterFn::new(events).with_max_level_hint(LevelFilter::TRACE);
    let mut layers = vec![lines(format, &LOG, filter.and(events))];
    if let Some((format, sink)) = requests {
        let filter = FilterFn::new(is_of_a_request).with_max_level_hint(LevelFilter::INFO);
        layers.push(lines(format, sink, filter));
    }
    layers
}

fn lines<F>(format: LogFormat, sink: &'static Sink, filter: F) -> Lines
where
    F: Filter<Registry> + Send + Sync + 'static,
{
    match format {
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_writer(sink)
            .with_ansi(sink.with(|to| to.is_terminal()))
            .with_filter(filter)
            .boxed(),
        LogFormat::Json => Json(sink).with_filter(filter).boxed(),
    }
}

/// The line of a request, probes and scrapes aside.
fn is_of_a_request(metadata: &Metadata<'_>) -> bool {
    metadata.is_event() && metadata.target() == "http" && *metadata.level() <= tracing::Level::INFO
}

/// Where the lines of requests go that [`Asked`](super::Asked) writes; nowhere if the layers write them.
pub(super) fn combined() -> Option<&'static Sink> {
    let access = ACCESS.get()?;
    (access.form == AccessFormat::Combined).then(|| access.sink())
}

/// Writes whole lines of another process among those of this one: into the log, or into that of requests.
pub fn write(lines: &[u8], what: Log) {
    let access = ACCESS.get().filter(|_| what == Log::Access);
    access.map_or(&*LOG, Access::sink).write(lines);
}

/// Which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log {
    /// All but the lines of requests.
    Error,
    /// The lines of requests, where they are apart.
    Access,
}

/// To be called by each worker of a runtime before it waits for work: its lines are written then.
pub(crate) fn rest() {
    sinks().for_each(|(_, sink)| sink.rest());
}

/// Writes in time the lines of workers that do not rest, and tells of lines that were dropped, for as long as it is polled,
/// which must not be by one of the workers.
pub(crate) async fn write_in_time() {
    loop {
        sleep(LONGEST_WAIT).await;
        sinks().for_each(|(_, sink)| sink.flush_waiting());
        tell();
    }
}

/// Writes what waits, and tells of what was dropped.
pub(super) fn end() {
    sinks().for_each(|(_, sink)| sink.flush());
    tell();
}

/// Opens the files of the log anew, for those who have renamed them. What cannot be opened goes on in the old file.
pub fn reopen() {
    for (log, sink) in sinks() {
        let Some(path) = sink.with(|to| to.path().cloned()) else {
            continue;
        };
        let file = output::open(&path);
        let path = path.display();
        match file {
            Ok(file) => {
                sink.with(|to| to.go_on_in(file));
                tracing::info!(log, %path, "the file of the log is opened anew");
            }
            Err(error) => {
                tracing::error!(log, %path, %error, "the file of the log cannot be opened anew: the old one stays in use");
            }
        }
    }
}

/// The open files of logs that no name leads to, each with the name of its log: the program that takes over from this one
/// needs them.
pub fn unnamed() -> io::Result<Vec<(&'static str, OwnedFd)>> {
    let files = sinks().filter_map(|(log, sink)| Some((log, sink.with(|to| to.unnamed())?)));
    files.map(|(log, file)| Ok((log, file?))).collect()
}

fn sinks() -> impl Iterator<Item = (&'static str, &'static Sink)> {
    let access = ACCESS.get().and_then(|access| access.sink.as_ref());
    [
        Some((LOG_NAME, &*LOG)),
        access.map(|sink| (ACCESS_NAME, sink)),
    ]
    .into_iter()
    .flatten()
}

/// Tells of lines that were dropped, once; to be called now and then. It does so in the log and, if that is a file, on standard error too: the same disk may be full.
pub fn tell() {
    for (log, sink) in sinks() {
        match sink.with(Output::news) {
            Some(News::Away(error)) => {
                if log != LOG_NAME {
                    tracing::error!(log, %error, "{AWAY}");
                }
                if !LOG.with(|to| to.is_stderr()) {
                    say_on_stderr(log, &error);
                }
            }
            Some(News::Back(lines)) => tracing::warn!(log, lines, "{BACK}"),
            None => {}
        }
    }
}

/// Writes the same line, past the log.
fn say_on_stderr(log: &str, error: &io::Error) {
    let now = humantime::format_rfc3339_micros(SystemTime::now());
    let target = module_path!();
    let line = match FORMAT.get() {
        Some(LogFormat::Json) => {
            let (now, error) = (now.to_string(), error.to_string());
            let line = json!({"timestamp": now, "level": "ERROR", "target": target, "message": AWAY, "log": log, "error": error});
            format!("{line}\n")
        }
        _ => format!("{now} ERROR {target}: {AWAY} log={log:?} error={error}\n"),
    };
    // Nobody is left who could be told.
    let _ = stderr().write_all(line.as_bytes());
}
