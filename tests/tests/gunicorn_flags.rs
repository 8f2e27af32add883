//! `hbnb serve` as somebody types it who knows Gunicorn, and the last task of the original: new workers, and no interruption.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rig::http::get;
use rig::process::{free_port, signal};
use rig::{Binary, Server, Storage, Visits, run, top, until};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(60);
const RELOADS: usize = 5;

/// Types `hbnb serve` with these flags, a free port for probes and no more, and waits until it is ready.
async fn serve(storage: &Storage, base: &str, flags: &[&str]) -> Server {
    let admin = format!("127.0.0.1:{}", free_port().unwrap());
    let envs = [
        ("HBNB_ADMIN_BIND", admin.as_str()),
        ("HBNB_DATABASE_URL", storage.url()),
    ];
    let args = [&["serve"], flags].concat();
    let hbnb = Binary::named("hbnb").unwrap();
    let command = hbnb.command(&args, &envs, storage.folder());
    let mut server = Server::launch(command, base, &format!("http://{admin}")).unwrap();
    server.until_ready().await.unwrap();
    server
}

/// A free address, as `-b` takes it and as a URL.
fn address() -> (String, String) {
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let base = format!("http://{address}");
    (address, base)
}

/// The processes of the workers that are ready, by slot.
async fn workers(folder: &Path) -> Vec<i64> {
    let hbnb = Binary::named("hbnb").unwrap();
    let output = run(&hbnb, &["status", "--json"], &[], folder)
        .await
        .unwrap();
    let status: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let workers = status["workers"].as_array().cloned().unwrap_or_default();
    let ready = workers.iter().filter(|worker| worker["state"] == "ready");
    ready
        .map(|worker| worker["pid"].as_i64().unwrap())
        .collect()
}

/// Waits until so many workers are ready, none of which is one of `before`.
async fn until_new(folder: &Path, count: usize, before: &[i64]) -> Vec<i64> {
    let mut now = Vec::new();
    until("all workers are new", PATIENCE, async || {
        now = workers(folder).await;
        Ok(now.len() == count && !now.iter().any(|pid| before.contains(pid)))
    })
    .await
    .unwrap();
    now
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_default()
}

/// The sixth task: three workers, both logs in files. The line is the one of `gunicorn.service`, but for the application.
#[tokio::test]
async fn three_workers_and_two_logs() {
    let storage = Storage::sqlite().unwrap();
    let folder = storage.folder();
    let (address, base) = address();
    let line = format!(
        "-w 3 -b {address} --access-logfile airbnb-access.log --error-logfile airbnb-error.log --pid hbnb.pid"
    );
    let flags: Vec<&str> = line.split(' ').collect();
    let mut server = serve(&storage, &base, &flags).await;
    let before = until_new(folder, 3, &[]).await;
    let page = get(&base, "/2-hbnb?a=b").await.unwrap();
    assert_eq!(page.status, 200);
    let end = ["</footer>", "</body>", "</html>"];
    assert!(end.iter().all(|end| page.text().contains(end)));

    let (host, rest) = (
        "127.0.0.1 - - [",
        format!(
            r#"] "GET /2-hbnb?a=b HTTP/1.1" 200 {} "-" "-""#,
            page.body.len()
        ),
    );
    until("the access log has the line", PATIENCE, async || {
        let log = text(folder, "airbnb-access.log");
        let is_it = |line: &str| line.starts_with(host) && line.ends_with(&rest);
        Ok(log.lines().any(is_it))
    })
    .await
    .unwrap();
    until("each worker is told of", PATIENCE, async || {
        let errors = text(folder, "airbnb-error.log");
        let mut begun = before.iter().map(|pid| format!("pid={pid}"));
        Ok(begun.all(|pid| errors.lines().any(|line| line.contains(&pid))))
    })
    .await
    .unwrap();
    let errors = text(folder, "airbnb-error.log");
    assert!(!errors.contains("GET"), "{errors}");

    let pid = text(folder, "hbnb.pid");
    assert_eq!(pid, format!("{}\n", server.pid()));
    signal(pid.trim(), "HUP").unwrap();
    until_new(folder, 3, &before).await;
    assert_eq!(text(folder, "hbnb.pid"), pid);
    server.terminate().unwrap();
    assert!(server.wait(PATIENCE).await.unwrap().success());
    assert!(!folder.join("hbnb.pid").exists());
}

/// The seventh task.
#[tokio::test]
async fn no_interruption() {
    let storage = Storage::sqlite().unwrap();
    let folder = storage.folder();
    let (address, base) = address();
    let flags = ["--workers", "2", "-b", &address, "-p", "hbnb.pid"];
    // A machine with much to do is late, which is no interruption.
    let flags = [&flags[..], &["--api-timeout", "25s"]].concat();
    let server = serve(&storage, &base, &flags).await;
    let mut now = until_new(folder, 2, &[]).await;
    let kept = ["--url", &base, "--rate", "20", "--duration", "5m"];
    let fresh = [&kept[..], &["--fresh"]].concat();
    let mut visits = [&kept[..], &fresh].map(|args| Visits::begin(args, &[]).unwrap());
    for visits in &mut visits {
        visits.until_begun().await.unwrap();
    }
    let script = top().unwrap();
    let script = script.join("deploy/nginx/tasks/4-reload_gunicorn_no_downtime");
    for _ in 0..RELOADS {
        let reload = Binary::at(&script);
        let output = run(&reload, &["hbnb.pid"], &[], folder).await.unwrap();
        assert!(output.status.success(), "{output:?}");
        now = until_new(folder, 2, &now).await;
    }
    assert_eq!(text(folder, "hbnb.pid"), format!("{}\n", server.pid()));
    for visits in visits {
        let visited = visits.stop(PATIENCE).await.unwrap();
        let (requests, failed) = visited.total().unwrap();
        assert!(requests > 50, "{requests}: {}", visited.said);
        let failures = &visited.report["failures"];
        assert_eq!(failed, 0, "of {requests}: {failures}; {}", visited.said);
    }
}

#[tokio::test]
async fn nobody_to_reload() {
    let storage = Storage::sqlite().unwrap();
    let script = top().unwrap();
    let script = Binary::at(script.join("deploy/nginx/tasks/4-reload_gunicorn_no_downtime"));
    fs::write(storage.folder().join("empty.pid"), "\n").unwrap();
    for (file, said) in [("none.pid", "none.pid"), ("empty.pid", "no master of hbnb")] {
        let output = run(&script, &[file], &[], storage.folder()).await.unwrap();
        assert_eq!(output.status.code(), Some(1));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(said), "{stderr}");
    }
}

/// Several `-b` add up, and a path counts from the folder it is typed in.
#[tokio::test]
async fn several_addresses() {
    let storage = Storage::sqlite().unwrap();
    let (address, base) = address();
    let flags = ["-b", &address, "-b", "unix:a.sock", "--no-demo", "-w", "1"];
    let server = serve(&storage, &base, &flags).await;
    assert_eq!(get(&base, "/api/v1/status").await.unwrap().status, 200);
    let mut stream = UnixStream::connect(storage.folder().join("a.sock")).unwrap();
    let request = "GET /api/v1/status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    drop(server);
}

#[tokio::test]
async fn what_is_not_taken_is_told() {
    let storage = Storage::sqlite().unwrap();
    let hbnb = Binary::named("hbnb").unwrap();
    let app = "web_flask.0-hello_route:app";
    for (args, wanted) in [
        (
            ["serve", "--bind", "0.0.0.0:5000", app],
            "type `hbnb serve --bind 0.0.0.0:5000`",
        ),
        (
            ["serve", "-k", "gevent", "-D"],
            "hbnb serve has no --daemon (-D): leave it out",
        ),
    ] {
        let output = run(&hbnb, &args, &[], storage.folder()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(wanted), "{said}");
    }
    let args = ["serve", "--timeout", "long"];
    let output = run(&hbnb, &args, &[], storage.folder()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("(from --timeout)"), "{said}");
    assert!(!storage.folder().join("hbnb.db").exists());
}
