//! Upgrades in place under load.

use std::fs;
use std::path::Path;

use rig::process::free_port;
use rig::site::{Site, nothing_lost};
use rig::{Binary, Master, Scrapes, Server, Storage, http, until};

use crate::{LIMIT, sized};

/// Upgrades, and requests that are answered before each.
const LIGHT: (u64, usize) = (2, 300);
const HEAVY: (u64, usize) = (10, 3_000);

/// By command and by signal in turn.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost() {
    let (turns, each) = sized(LIGHT, HEAVY);
    let (site, release) = Site::of_a_release(&[], &[]).await;
    let pid = site.master.server.pid();
    let scrapes = Scrapes::begin(site.master.server.admin());
    let visitors = site.visitors();
    for turn in 0..turns {
        visitors.until_answered(each).await.unwrap();
        release.replace();
        assert!(!release.is_run_by(pid));
        match turn % 2 {
            0 => {
                let said = site.done(&["upgrade"]).await;
                let wanted = format!("\ngeneration {} serves", turn + 2);
                assert!(said.contains(&wanted), "{said}");
            }
            _ => site.master.server.signal("USR2").unwrap(),
        }
        let serves = |status: &rig::master::Status| {
            status.upgrades == turn + 1 && status.is_settled() && status.last.is_some()
        };
        site.master.until("it serves", LIMIT, serves).await.unwrap();
        let status = site.master.status().await.unwrap();
        assert_eq!((status.pid, status.generation), (pid, turn + 2));
        assert!(status.last.unwrap().done);
        for pid in std::iter::once(pid).chain(site.master.pids().await.unwrap()) {
            assert!(release.is_run_by(pid), "{pid} runs another program");
        }
    }
    visitors.until_answered(each).await.unwrap();
    let asked = visitors.end().await;
    nothing_lost(&format!("{turns} upgrades"), &asked);
    let scraped = scrapes.end().await.unwrap();
    assert_eq!(scraped.fallen, Vec::<String>::new());
    assert!(scraped.scrapes as u64 > turns, "{scraped:?}");
    let metrics = site.master.server.scrape().await.unwrap();
    let done = metrics.figure("reloads_total{outcome=\"done\"}");
    assert_eq!(done, Some(turns as f64));
}

/// The options in force are those of before until the next program has put others into force; a pid file that cannot be
/// written any more ends nothing.
#[tokio::test]
async fn options_changed_meanwhile() {
    let storage = Storage::sqlite().unwrap();
    let run = storage.folder().join("run");
    fs::create_dir(&run).unwrap();
    let file = storage.folder().join("hbnb.toml");
    fs::write(&file, "workers = 1\n").unwrap();
    let pid_file = run.join("hbnb.pid");
    let options = [
        "--config",
        file.to_str().unwrap(),
        "--pid-file",
        pid_file.to_str().unwrap(),
    ];
    let master = Master::start(&storage, &options, &[]).await.unwrap();
    let site = Site { master, storage };
    site.master.until_settled(LIMIT).await.unwrap();
    assert!(pid_file.exists());
    fs::write(&file, "workers = 2\n").unwrap();
    fs::remove_dir_all(&run).unwrap();
    let said = site.done(&["upgrade"]).await;
    assert!(said.contains("changed: workers"), "{said}");
    let status = site.master.until_settled(LIMIT).await.unwrap();
    assert_eq!((status.workers.len(), status.upgrades), (2, 1));
    assert!(
        site.master
            .server
            .logs()
            .contains("the option pid_file names")
    );
}

/// What a supervisor has handed over stays in use, files of logs too.
#[tokio::test]
async fn logs_that_were_handed_over() {
    let storage = Storage::sqlite().unwrap();
    let [main, admin] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
    let script = r#"exec 3>>access.log 4>>error.log
        LISTEN_FDS=2 LISTEN_FDNAMES=access:error exec "$0" "$@""#;
    let hbnb = Binary::named("hbnb").unwrap();
    let own = ["-c", script, hbnb.path().to_str().unwrap(), "serve"];
    let options = ["--no-demo", "--access-log", "-", "--workers", "1"];
    let places = [
        "--database-url",
        storage.url(),
        "--bind",
        &main,
        "--admin-bind",
        &admin,
    ];
    let args = [&own[..], &options, &places].concat();
    let command = Binary::at("sh").command(&args, &[], storage.folder());
    let (base, admin) = (format!("http://{main}"), format!("http://{admin}"));
    let mut server = Server::launch(command, &base, &admin).unwrap();
    server.until_ready().await.unwrap();
    server.until_says("in a browser\n", LIMIT).await.unwrap();
    let introduced = server.logs();
    let master = Master::of(server, storage.folder());
    let site = Site { master, storage };
    for upgrades in 0..2 {
        site.done(&["upgrade"]).await;
        let reply = http::get(&base, "/api/v1/status").await.unwrap();
        assert_eq!(reply.status, 200);
        let serves = format!("generation {} serves", upgrades + 2);
        let are_there = async || {
            let text = |name| fs::read_to_string(site.storage.folder().join(name));
            let requests = text("access.log")?.lines().count();
            Ok(text("error.log")?.contains(&serves) && requests > upgrades)
        };
        until("lines in both", LIMIT, are_there).await.unwrap();
    }
    assert_eq!(site.master.server.logs(), introduced);
    // Each is open for the log and for another program, and workers have none of them.
    site.master.until_settled(LIMIT).await.unwrap();
    let workers = site.master.pids().await.unwrap();
    for name in ["access.log", "error.log"] {
        let file = site.storage.folder().join(name);
        assert_eq!(files_open(site.master.server.pid(), &file), 2, "{name}");
        for worker in &workers {
            assert_eq!(files_open(*worker, &file), 0, "{name}");
        }
    }
}

/// How many open files of a process are this one.
fn files_open(pid: u32, file: &Path) -> usize {
    let open = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let links = open.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    links.filter(|link| link == file).count()
}

/// The next release is put there while one is still being tried. Signals that come meanwhile are obeyed after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_releases_at_once() {
    let (site, release) = Site::of_a_release(&[], &[]).await;
    let pid = site.master.server.pid();
    release.replace();
    site.master.server.signal("USR2").unwrap();
    let is_tried = |status: &rig::master::Status| status.workers.len() > 2;
    site.master
        .until("it is tried", LIMIT, is_tried)
        .await
        .unwrap();
    release.replace();
    for name in ["USR2", "TTIN"] {
        site.master.server.signal(name).unwrap();
    }
    let has_taken_over = |status: &rig::master::Status| status.upgrades >= 1;
    let taken_over = site
        .master
        .until("it takes over", LIMIT, has_taken_over)
        .await;
    taken_over.unwrap();
    // Its workers are being renewed.
    site.master.server.signal("TTIN").unwrap();
    let serves = |status: &rig::master::Status| {
        status.upgrades == 2 && status.is_settled() && status.workers.len() == 4
    };
    site.master.until("it serves", LIMIT, serves).await.unwrap();
    assert!(release.is_run_by(pid));
}
