//! Life signs for a supervisor: systemd's protocol of `sd_notify(3)`. It serves systemd itself, the master of `hbnb serve`
//! when it looks after its workers, and every other supervisor that speaks it.

use std::io::{self, ErrorKind};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::process;
use std::sync::{Arc, Once};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::config::Env;

/// How many characters of a status are sent: systemd drops what is longer than a page (4096 bytes, `sd_notify(3)`).
const STATUS_LIMIT: usize = 500;

/// Where life signs go, if anybody wants them. Clones share it. No call ever waits.
#[derive(Clone, Debug, Default)]
pub struct Notifier(Option<Arc<Supervisor>>);

#[derive(Debug)]
struct Supervisor {
    socket: UnixDatagram,
    address: SocketAddr,
    watchdog: Option<Duration>,
    deaf: Once,
}

/// Something to tell a supervisor; what each means is said in `sd_notify(3)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// `READY=1`: the start, or a reload, is complete.
    Ready,
    /// `RELOADING=1`, with the time of the monotonic clock as `MONOTONIC_USEC`; [`State::Ready`] must follow.
    Reloading,
    /// `STOPPING=1`: the end has begun.
    Stopping,
    /// `STATUS=…`: one line for people.
    Status(&'a str),
    /// `WATCHDOG=1`: a sign of life, wanted more often than every [`Notifier::watchdog`].
    Watchdog,
    /// `EXTEND_TIMEOUT_USEC=…`: the start, the end or the reload under way may take so long from now on.
    ExtendTimeout(Duration),
    /// `MAINPID=…`: the process to look after from now on.
    MainPid(u32),
}

impl Notifier {
    /// Reads `NOTIFY_SOCKET` (an absolute path, or `@name` for an abstract socket), `WATCHDOG_USEC` and `WATCHDOG_PID`.
    /// What is malformed is told by one warning in the log, and passed over; without `NOTIFY_SOCKET` nothing is ever sent.
    pub fn from_env(env: &Env) -> Notifier {
        let Some(text) = env.get("NOTIFY_SOCKET") else {
            return Notifier::default();
        };
        match address(text).and_then(|address| Ok((open()?, address))) {
            Ok((socket, address)) => Notifier(Some(Arc::new(Supervisor {
                socket,
                address,
                watchdog: watchdog(env),
                deaf: Once::new(),
            }))),
            Err(error) => {
                tracing::warn!(
                    "NOTIFY_SOCKET={text}: {error}; give an absolute path, or @ and a name"
                );
                Notifier::default()
            }
        }
    }

    /// Whether there is a supervisor to tell.
    pub fn is_heard(&self) -> bool {
        self.0.is_some()
    }

    /// How long the supervisor waits for a [`State::Watchdog`] of this process before it takes it to be stuck; `None` if it
    /// does not watch.
    pub fn watchdog(&self) -> Option<Duration> {
        self.0.as_ref()?.watchdog
    }

    /// Tells these, in one datagram. `false` if there was no room for it in the supervisor's queue, so that it was dropped
    /// and may be told again; a supervisor that is gone is warned of once, and told nothing.
    pub fn send(&self, states: &[State<'_>]) -> bool {
        let Some(supervisor) = &self.0 else {
            return true;
        };
        let (socket, address) = (&supervisor.socket, &supervisor.address);
        match socket.send_to_addr(message(states).as_bytes(), address) {
            Ok(_) => true,
            Err(error) if is_full(&error) => false,
            Err(error) => {
                supervisor.deaf.call_once(|| {
                    tracing::warn!(%error, "nothing can be sent to the NOTIFY_SOCKET");
                });
                true
            }
        }
    }
}

fn address(text: &str) -> io::Result<SocketAddr> {
    match text.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None if Path::new(text).is_absolute() => SocketAddr::from_pathname(text),
        None => Err(io::Error::new(
            ErrorKind::InvalidInput,
            "it names no unix socket",
        )),
    }
}

fn open() -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// The time that the supervisor gives this very process: the variables are inherited by children too.
fn watchdog(env: &Env) -> Option<Duration> {
    let pid = process::id().to_string();
    if env.get("WATCHDOG_PID").is_some_and(|ours| ours != pid) {
        return None;
    }
    let text = env.get("WATCHDOG_USEC")?;
    match text.parse() {
        Ok(micros @ 1..) => Some(Duration::from_micros(micros)),
        _ => {
            tracing::warn!("WATCHDOG_USEC={text}: give a whole number of microseconds above 0");
            None
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
        || error.raw_os_error() == Some(rustix::io::Errno::NOBUFS.raw_os_error())
}

fn message(states: &[State<'_>]) -> String {
    let lines: Vec<String> = states.iter().map(line).collect();
    lines.join("\n")
}

fn line(state: &State<'_>) -> String {
    match state {
        State::Ready => "READY=1".to_owned(),
        State::Reloading => format!("RELOADING=1\nMONOTONIC_USEC={}", monotonic_micros()),
        State::Stopping => "STOPPING=1".to_owned(),
        State::Status(text) => format!("STATUS={}", one_line(text)),
        State::Watchdog => "WATCHDOG=1".to_owned(),
        State::ExtendTimeout(time) => format!("EXTEND_TIMEOUT_USEC={}", time.as_micros()),
        State::MainPid(pid) => format!("MAINPID={pid}"),
    }
}

/// A line end in it would begin another state.
fn one_line(text: &str) -> String {
    let shown = text.chars().take(STATUS_LIMIT);
    shown
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn monotonic_micros() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[cfg(test)]
mod tests {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    use std::process;
    use std::time::Duration;

    use super::{Notifier, State, monotonic_micros};
    use crate::config::Env;

    fn heard(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    fn notifier(pairs: &[(&str, &str)]) -> Notifier {
        Notifier::from_env(&Env::of(pairs.iter().copied()))
    }

    #[test]
    fn a_path_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let notifier = notifier(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
        assert!(notifier.is_heard());
        assert!(notifier.send(&[State::Ready, State::Status("two\nlines")]));
        assert_eq!(heard(&socket), "READY=1\nSTATUS=two lines");
        let states = [
            State::Stopping,
            State::ExtendTimeout(Duration::from_millis(1500)),
            State::Watchdog,
            State::MainPid(7),
        ];
        assert!(notifier.clone().send(&states));
        let wanted = "STOPPING=1\nEXTEND_TIMEOUT_USEC=1500000\nWATCHDOG=1\nMAINPID=7";
        assert_eq!(heard(&socket), wanted);
    }

    #[test]
    fn an_abstract_name_is_told() {
        let name = format!("hbnb-kit-notify-{}", process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        let before = monotonic_micros();
        let notifier = notifier(&[("NOTIFY_SOCKET", &format!("@{name}"))]);
        assert!(notifier.send(&[State::Reloading]));
        let told = heard(&socket);
        let micros = told.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        let told: i64 = micros.parse().unwrap();
        assert!((before..=monotonic_micros()).contains(&told), "{told}");
    }

    #[test]
    fn a_status_fits_into_a_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let notifier = notifier(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
        assert!(notifier.send(&[State::Status(&"ö".repeat(5000))]));
        assert_eq!(heard(&socket), format!("STATUS={}", "ö".repeat(500)));
    }

    #[test]
    fn a_full_queue_drops_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let notifier = notifier(&[("NOTIFY_SOCKET", path.to_str().unwrap())]);
        // Longer than net.unix.max_dgram_qlen is anywhere.
        let told = (0..100_000).take_while(|_| notifier.send(&[State::Watchdog]));
        assert!(told.count() < 100_000, "the queue has no end");
        assert_eq!(heard(&socket), "WATCHDOG=1");
        assert!(notifier.send(&[State::Ready]), "there is room again");
    }

    #[test]
    fn nobody_is_told() {
        let relative = [("NOTIFY_SOCKET", "run/notify")];
        let long = "/".repeat(200);
        for pairs in [&[][..], &relative, &[("NOTIFY_SOCKET", &long)]] {
            let notifier = notifier(pairs);
            assert!(!notifier.is_heard(), "{pairs:?}");
            assert!(notifier.send(&[State::Ready]));
        }
        let gone = [("NOTIFY_SOCKET", "/nowhere/notify")];
        assert!(notifier(&gone).send(&[State::Ready]));
    }

    #[test]
    fn whose_watchdog() {
        let own = process::id().to_string();
        let of = |pairs: &[(&str, &str)]| {
            let socket = [("NOTIFY_SOCKET", "@any")];
            notifier(&[&socket, pairs].concat()).watchdog()
        };
        let second = Some(Duration::from_secs(1));
        assert_eq!(of(&[("WATCHDOG_USEC", "1000000")]), second);
        assert_eq!(
            of(&[("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", &own)]),
            second
        );
        assert_eq!(
            of(&[("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", "1")]),
            None
        );
        for wrong in ["0", "-1", "10s"] {
            assert_eq!(of(&[("WATCHDOG_USEC", wrong)]), None, "{wrong}");
        }
        assert_eq!(of(&[]), None);
        assert_eq!(notifier(&[("WATCHDOG_USEC", "1000000")]).watchdog(), None);
    }
}
