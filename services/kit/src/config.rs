//! Options of a program: defaults, overridden by a TOML file, by `HBNB_*` variables, by flags.
//!
//! The flag `--x-y`, the variable `HBNB_X_Y` and the key `x_y` in the file are one option, an [`Opt`]. A program names its
//! options in a slice, gives [`flags`] to clap and the matches to [`Settings::load`], which checks every value of every
//! layer before anything is started.

mod env;
mod error;
mod file;
mod layers;
mod listen;
mod networks;
mod opt;
mod secret;
mod settings;
mod size;
mod socket;
mod span;
mod telemetry;
mod text;
mod variables;

pub use env::Env;
pub use error::{ConfigError, Source};
pub use listen::{Listen, Listens};
pub use networks::Networks;
pub use opt::{Opt, boolean, flags, parses, whole};
pub use secret::Secret;
pub use settings::Settings;
pub use size::Size;
pub use socket::{SocketAccess, SocketMode, SocketOwner};
pub use span::Span;
pub use telemetry::{AccessFormat, LogFile, LogFilter, LogFormat};
pub use text::parsed;

use serde::Deserialize;

/// The option that names the main listeners; `default` is in the form that [`Listens`] reads.
pub const fn bind(default: &'static str) -> Opt {
    Opt::new(
        "bind",
        default,
        "ADDRESS",
        "Where to listen: host:port, :port or unix:/path; several, comma-separated",
        parses::<Listens>,
    )
}

/// The option that names the admin listener (metrics and probes); `default` is in the form that [`Listen`] reads.
pub const fn admin_bind(default: &'static str) -> Opt {
    Opt::new(
        "admin_bind",
        default,
        "ADDRESS",
        "Where to answer /metrics and the probes",
        parses::<Listen>,
    )
}

/// The options that every program has besides [`bind`] and [`admin_bind`], whose defaults differ.
pub const COMMON: &[Opt] = &[
    Opt::new(
        "socket_mode",
        "",
        "MODE",
        "The mode of unix sockets that are bound, such as 0660; without it, as the umask says",
        parses::<SocketMode>,
    ),
    Opt::new(
        "socket_owner",
        "",
        "USER:GROUP",
        "Whose they are: names or numbers; also USER or :GROUP alone",
        parses::<SocketOwner>,
    ),
    Opt::new(
        "connection_limit",
        "1024",
        "NUMBER",
        "How many connections to have at once before accepting pauses; 0 for no limit",
        whole::<u32>,
    ),
    Opt::new(
        "request_limit",
        "512",
        "NUMBER",
        "How many requests to answer at once, others with 503; 0 for no limit",
        whole::<u32>,
    ),
    Opt::new(
        "body_memory",
        "8MiB",
        "SIZE",
        "How much of long request bodies to hold at once, others are answered with 503; 0 for no limit",
        parses::<Size>,
    ),
    Opt::new(
        "request_timeout",
        "60s",
        "TIME",
        "How long a request may take as a whole; 0 for no limit",
        parses::<Span>,
    ),
    Opt::new(
        "stream_timeout",
        "15m",
        "TIME",
        "How long an answer that is streamed may take; 0 for no limit",
        parses::<Span>,
    ),
    Opt::new(
        "trusted_proxies",
        "",
        "NETWORKS",
        "Whose Forwarded or X-Forwarded-* to believe: networks, addresses, unix; comma-separated",
        parses::<Networks>,
    ),
    Opt::new(
        "drain_delay",
        "5s",
        "TIME",
        "How long to keep accepting after a stop was asked for",
        parses::<Span>,
    ),
    Opt::new(
        "drain_linger",
        "1s",
        "TIME",
        "How long to keep idle connections once accepting has ended",
        parses::<Span>,
    ),
    Opt::new(
        "drain_deadline",
        "30s",
        "TIME",
        "How long requests in flight may take to finish",
        parses::<Span>,
    ),
    Opt::new(
        "watchdog",
        "10s",
        "TIME",
        "After how long a process that runs no task ends itself; 0 for never",
        parses::<Span>,
    ),
    Opt::new(
        "faults",
        "false",
        "BOOL",
        "Let the admin listener put trouble on: see /faults there",
        boolean,
    ),
    Opt::new(
        "log",
        "info",
        "FILTER",
        "What to log: a level, or directives such as info,sqlx=warn",
        parses::<LogFilter>,
    ),
    Opt::new(
        "log_format",
        "text",
        "FORM",
        "Form of the log: text or json",
        parses::<LogFormat>,
    ),
    Opt::new(
        "access_log",
        "",
        "FILE",
        "Where a line for each request goes, - for standard output; without it, to the log",
        parses::<LogFile>,
    ),
    Opt::new(
        "access_log_format",
        "log",
        "FORM",
        "Form of the lines of requests: log, that of the log itself; json; or combined, that of Apache and nginx",
        parses::<AccessFormat>,
    ),
    Opt::new(
        "error_log",
        "",
        "FILE",
        "Where the rest of the log goes; without it, or by -, to standard error",
        parses::<LogFile>,
    ),
    Opt::new(
        "config",
        "",
        "FILE",
        "A TOML file with the same options",
        parses::<String>,
    ),
];

/// The values of [`bind`], [`admin_bind`] and [`COMMON`].
#[derive(Clone, Debug, Deserialize)]
pub struct Common {
    /// The main listeners.
    pub bind: Listens,
    /// The listener for metrics and probes.
    pub admin_bind: Listen,
    /// The mode of the unix sockets among them, where they are bound here.
    pub socket_mode: Option<SocketMode>,
    /// Whose these are.
    pub socket_owner: Option<SocketOwner>,
    /// How many connections there are at once before accepting pauses; 0 for no limit.
    pub connection_limit: u32,
    /// How many requests are answered at once; 0 for no limit.
    pub request_limit: u32,
    /// How many bytes of the bodies of requests are held at once; 0 for no limit.
    pub body_memory: Size,
    /// How long a request may take as a whole; zero for any time.
    pub request_timeout: Span,
    /// How long it may take when its answer is streamed; zero for any time.
    pub stream_timeout: Span,
    /// The proxies whose word on who asked is believed.
    #[serde(default)]
    pub trusted_proxies: Networks,
    /// From the order to stop until accepting ends.
    pub drain_delay: Span,
    /// From then until kept-alive connections are told to go.
    pub drain_linger: Span,
    /// From then until requests still in flight are cut off.
    pub drain_deadline: Span,
    /// After how long a process that runs no task ends itself; zero for never.
    pub watchdog: Span,
    /// Whether the admin listener can put trouble on.
    pub faults: bool,
    /// What is logged.
    pub log: LogFilter,
    /// How it is written.
    pub log_format: LogFormat,
    /// Where the lines of requests are written, if apart from the rest.
    pub access_log: Option<LogFile>,
    /// How they are.
    pub access_log_format: AccessFormat,
    /// Where the rest is written.
    pub error_log: Option<LogFile>,
}

impl Common {
    /// Who may connect to unix sockets.
    pub fn socket_access(&self) -> SocketAccess {
        SocketAccess {
            mode: self.socket_mode,
            owner: self.socket_owner,
        }
    }
}
