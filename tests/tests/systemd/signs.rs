//! What a service tells its supervisor: when it is ready and when not, that it lives, and that it ends.

use super::{PATIENCE, example};
use rig::http::send;
use rig::process::free_port;
use rig::{Binary, Notify, Server, Storage, run, until};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What the supervisor gives it to show a sign of life.
const GIVEN: Duration = Duration::from_millis(1500);
const GIVEN_MICROS: &str = "1500000";
const BEAT: &str = "WATCHDOG=1";

/// Starts a program that need not become ready.
fn launch(program: &str, args: &[&str], envs: &[(&str, &str)], folder: &Path) -> Server {
    let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
    let binds = ["serve", "--bind", &main, "--admin-bind", &admin];
    let binary = Binary::named(program).unwrap();
    let command = binary.command(&[&binds, args].concat(), envs, folder);
    let [base, admin] = [main, admin].map(|address| format!("http://{address}"));
    Server::launch(command, &base, &admin).unwrap()
}

async fn fault(server: &Server, method: &str, fault: &str) {
    let path = format!("/faults/{fault}");
    let reply = send(server.admin(), method, &path, &[], None, PATIENCE);
    let reply = reply.await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
}

async fn end(mut server: Server) {
    server.terminate().unwrap();
    assert_eq!(server.wait(PATIENCE).await.unwrap().code(), Some(0));
}

#[tokio::test]
async fn ready_is_told_when_it_is_true() {
    let (notify, storage) = (Notify::new().unwrap(), Storage::sqlite().unwrap());
    let envs = [notify.env(), ("HBNB_DATABASE_URL", storage.url())];
    let server = launch("hbnb-api", &["--drain-delay", "0"], &envs, storage.folder());
    let missing = "STATUS=not ready: schema: the schema is not there yet; run the migrate command";
    notify.until(missing, PATIENCE).await.unwrap();
    assert_eq!(server.probe("startup").await.unwrap(), 200);
    assert_eq!(server.probe("ready").await.unwrap(), 503);
    assert_eq!(notify.count("READY=1"), 0);
    let binary = Binary::named("hbnb-api").unwrap();
    let migrated = run(&binary, &["migrate"], &envs[1..], storage.folder()).await;
    assert!(migrated.unwrap().status.success());
    notify.until("READY=1", PATIENCE).await.unwrap();
    assert_eq!(server.probe("ready").await.unwrap(), 200);
    end(server).await;
    // Each once, although the schema is looked at every second; the second one may have passed unseen.
    let mut told = notify.values("STATUS");
    told.retain(|status| !status.contains("looked at yet"));
    let wanted = [
        "not ready: starting",
        &missing["STATUS=".len()..],
        "ready",
        "draining",
    ];
    assert_eq!(told, wanted);
    assert_eq!(notify.count("READY=1"), 1);
}

#[tokio::test]
async fn pages_without_an_api_are_not_ready() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let nobody = format!("http://127.0.0.1:{}", free_port().unwrap());
    let config = example("hbnb-web");
    let envs = [
        notify.env(),
        ("HBNB_CONFIG", &config),
        ("HBNB_API_URL", &nobody),
    ];
    let server = launch("hbnb-web", &[], &envs, folder.path());
    let waits = "STATUS=not ready: API: the API has not answered yet";
    notify.until(waits, PATIENCE).await.unwrap();
    end(server).await;
    assert_eq!(notify.count("READY=1"), 0);
}

/// Later troubles change the status, but ready is what it has been told once and for all.
#[tokio::test]
async fn troubles_are_told() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let envs = [notify.env(), ("HBNB_FAULTS", "true")];
    let server = launch("hbnb-assets", &["--drain-delay", "0"], &envs, folder.path());
    notify.until("READY=1", PATIENCE).await.unwrap();
    fault(&server, "PUT", "not_ready?value=1&for=10m").await;
    let trouble = "STATUS=not ready: fault: a fault on demand";
    notify.until(trouble, PATIENCE).await.unwrap();
    fault(&server, "DELETE", "not_ready").await;
    until("it is ready again", PATIENCE, async || {
        Ok(notify.count("STATUS=ready") == 2)
    })
    .await
    .unwrap();
    end(server).await;
    assert_eq!(notify.count("READY=1"), 1);
    assert_eq!(notify.count(BEAT), 0, "nobody asked for signs of life");
}

#[tokio::test]
async fn signs_of_life_end_when_it_is_stuck() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let envs = [
        notify.env(),
        ("WATCHDOG_USEC", GIVEN_MICROS),
        ("HBNB_FAULTS", "true"),
    ];
    let args = ["--watchdog", "0", "--drain-delay", "0"];
    let begun = Instant::now();
    let server = launch("hbnb-assets", &args, &envs, folder.path());
    let beats = async |wanted: usize| {
        let what = format!("{wanted} signs of life");
        until(&what, PATIENCE, async || Ok(notify.count(BEAT) >= wanted)).await
    };
    beats(4).await.unwrap();
    let most = begun.elapsed().div_duration_f64(GIVEN / 3) + 1.0;
    assert!(
        (notify.count(BEAT) as f64) <= most,
        "{} of {most}",
        notify.count(BEAT)
    );
    fault(&server, "PUT", "stuck?for=10m").await;
    let silent = async || {
        let told = notify.told();
        let last = told.iter().rfind(|told| told.line == BEAT).unwrap();
        Ok(last.at.elapsed() > GIVEN)
    };
    until(
        "silence for so long that systemd would act",
        PATIENCE,
        silent,
    )
    .await
    .unwrap();
    fault(&server, "DELETE", "stuck").await;
    beats(notify.count(BEAT) + 1).await.unwrap();
    end(server).await;
}

/// Whoever inherits the variables of another process is not the one who is watched.
#[tokio::test]
async fn the_watchdog_of_another() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let envs = [
        notify.env(),
        ("WATCHDOG_USEC", GIVEN_MICROS),
        ("WATCHDOG_PID", "1"),
    ];
    let server = launch(
        "hbnb-assets",
        &["--drain-delay", "1s"],
        &envs,
        folder.path(),
    );
    notify.until("READY=1", PATIENCE).await.unwrap();
    end(server).await;
    assert_eq!(notify.count(BEAT), 0);
}

#[tokio::test]
async fn the_end_is_told() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let drain = [
        "--drain-delay",
        "2s",
        "--drain-linger",
        "3s",
        "--drain-deadline",
        "4m",
    ];
    let server = launch("hbnb-assets", &drain, &[notify.env()], folder.path());
    notify.until("READY=1", PATIENCE).await.unwrap();
    assert_eq!(notify.count("STOPPING=1"), 0);
    let told_to = Instant::now();
    server.terminate().unwrap();
    // At once, not when it has drained.
    let told = notify.until("STOPPING=1", PATIENCE).await.unwrap();
    assert!(
        told - told_to < Duration::from_secs(2),
        "after {:?}",
        told - told_to
    );
    let micros: u64 = notify.values("EXTEND_TIMEOUT_USEC")[0].parse().unwrap();
    let drain = Duration::from_secs(2 + 3 + 240);
    let asked = Duration::from_micros(micros);
    assert!(
        (drain..drain + Duration::from_secs(10)).contains(&asked),
        "{asked:?}"
    );
}

/// One that still waits for its database ends as well, without ever having been ready.
#[tokio::test]
async fn the_end_before_it_is_ready() {
    let (notify, folder) = (Notify::new().unwrap(), TempDir::new().unwrap());
    let nobody = format!("postgres://hbnb@127.0.0.1:{}/hbnb", free_port().unwrap());
    let envs = [notify.env(), ("HBNB_DATABASE_URL", &nobody)];
    let server = launch("hbnb-api", &[], &envs, folder.path());
    notify
        .until("STATUS=not ready: starting", PATIENCE)
        .await
        .unwrap();
    end(server).await;
    assert_eq!(
        (notify.count("STOPPING=1"), notify.count("READY=1")),
        (1, 0)
    );
}

#[tokio::test]
async fn a_wrong_socket_is_warned_of_once() {
    let folder = TempDir::new().unwrap();
    for (wrong, sentence) in [
        (
            "run/notify",
            "NOTIFY_SOCKET=run/notify: it names no unix socket",
        ),
        (
            "/nowhere/notify",
            "nothing can be sent to the NOTIFY_SOCKET",
        ),
    ] {
        let envs = [
            ("NOTIFY_SOCKET", wrong),
            ("WATCHDOG_USEC", "1"),
            ("HBNB_DRAIN_DELAY", "0"),
        ];
        let mut server = launch("hbnb-assets", &[], &envs, folder.path());
        server.until_ready().await.unwrap();
        server.until_says(sentence, PATIENCE).await.unwrap();
        server.terminate().unwrap();
        assert_eq!(server.wait(PATIENCE).await.unwrap().code(), Some(0));
        assert_eq!(
            server.logs().matches("NOTIFY_SOCKET").count(),
            1,
            "{}",
            server.logs()
        );
    }
}
