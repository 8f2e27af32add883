//! Small things about ports and processes.

use anyhow::{Context, Result, ensure};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a condition is looked at again.
pub const TICK: Duration = Duration::from_millis(20);
/// How long it is left alone at most.
const MOST_PAUSE: Duration = Duration::from_millis(250);
/// How long processes may take to be gone once they are killed.
const END_LIMIT: Duration = Duration::from_secs(2);
/// How long the threads of a process may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Below those for connections that go out: `net.ipv4.ip_local_port_range` begins at 32768.
const PORTS: Range<u16> = 10_000..32_000;

/// What other processes that ask for ports see of those that this one was given; it goes with the process.
static CLAIMS: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());

/// A port of 127.0.0.1 that is free, that the system gives to nobody by itself, and that no other caller is given while this
/// process runs.
pub fn free_port() -> Result<u16> {
    (0..PORTS.len())
        .map(|_| fastrand::u16(PORTS))
        .find(|port| {
            // Claimed first: to look binds it, and would take it from whoever was given it and has let go for a moment.
            claim(*port).is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
        })
        .context("no free port")
}

/// By a name that one socket can have: no file is left behind.
fn claim(port: u16) -> std::io::Result<()> {
    let name = SocketAddr::from_abstract_name(format!("hbnb-test-port-{port}"))?;
    let claim = UnixListener::bind_addr(&name)?;
    let mut claims = CLAIMS.lock().unwrap_or_else(PoisonError::into_inner);
    claims.push(claim);
    Ok(())
}

/// Sends a signal, by its name without `SIG`, to a process, or to a group when `target` starts with `-`.
pub fn signal(target: &str, name: &str) -> Result<()> {
    // The shell's own `kill`: the program of that name is missing in small images.
    let status = Command::new("sh")
        .args(["-c", r#"kill -s "$1" -- "$2""#, "sh", name, target])
        .stderr(Stdio::null())
        .status()
        .context("cannot run sh")?;
    ensure!(status.success(), "SIG{name} did not reach process {target}");
    Ok(())
}

/// Waits for a child to end; `None` when it still runs at the deadline.
pub fn wait_until(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(TICK);
    }
}

/// Waits until `holds` says so; an error that names `what` when it does not at the deadline. Between two looks it waits four
/// times as long as a look takes, a quarter of a second at most: where each look starts a program, the machine is there for
/// what is waited for.
pub async fn until(
    what: &str,
    limit: Duration,
    mut holds: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    let deadline = Instant::now() + limit;
    let mut begun = Instant::now();
    while !holds().await? {
        ensure!(Instant::now() < deadline, "not within {limit:?}: {what}");
        let pause = (begun.elapsed() * 4).clamp(TICK, MOST_PAUSE);
        tokio::time::sleep(pause).await;
        begun = Instant::now();
    }
    Ok(())
}

/// Ends a child that may have ended already, and whatever it has started.
pub fn end_tree(child: &mut Child) {
    let others = descendants(child.id());
    end(child);
    for other in &others {
        let _ = signal(&other.to_string(), "KILL");
    }
    // What they write into a folder that goes next would keep it.
    let deadline = Instant::now() + END_LIMIT;
    while others.iter().any(|other| is_alive(*other)) && Instant::now() < deadline {
        std::thread::sleep(TICK);
    }
}

/// A process with its children, grandchildren and so on.
pub fn tree(pid: u32) -> Vec<u32> {
    std::iter::once(pid).chain(descendants(pid)).collect()
}

/// Children, grandchildren and so on, by what `/proc` says now.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let children =
        threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|text| {
            text.split_whitespace()
                .flat_map(str::parse)
                .collect::<Vec<u32>>()
        })
        .collect();
    let deeper: Vec<u32> = children
        .iter()
        .flat_map(|child| descendants(*child))
        .collect();
    children.into_iter().chain(deeper).collect()
}

/// Ends a child that may have ended already.
pub fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Stops a process (SIGSTOP), and waits until each of its threads has: for a moment some go on.
pub async fn stop(pid: u32) -> Result<()> {
    signal(&pid.to_string(), "STOP")?;
    until("every thread is stopped", STOP_LIMIT, async || {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task"))?;
        let states = threads.map(|thread| std::fs::read_to_string(thread?.path().join("stat")));
        let states: Vec<String> = states.collect::<std::io::Result<_>>()?;
        let is_stopped = |stat: &String| {
            stat.rsplit_once(") ")
                .is_some_and(|(_, state)| state.starts_with('T'))
        };
        Ok(states.iter().all(is_stopped))
    })
    .await
}

/// Whether the process still runs; one that nobody has waited for yet does not.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, state)| state);
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

/// The processor time that the threads which a process has now have used (proc(5), schedstat).
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        let text = std::fs::read_to_string(thread?.path().join("schedstat"))?;
        let used = text.split(' ').next().unwrap_or_default();
        nanoseconds += used.parse::<u64>().context("no schedstat")?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
