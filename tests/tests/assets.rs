//! `hbnb-assets` as a process: it serves, is watched, and ends in good order.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use rig::http::{Reply, get, send};
use rig::{Binary, Server, run, until};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(20);
const STYLES: &str = "/static/styles/3-header.css";

fn binary() -> Binary {
    Binary::named("hbnb-assets").unwrap()
}

async fn serve(args: &[&str], folder: &Path) -> Server {
    let server = Server::start(&binary(), args, &[], folder).await;
    server.unwrap()
}

async fn ask(server: &Server, method: &str, headers: &[(&str, &str)]) -> Reply {
    let reply = send(server.base(), method, STYLES, headers, None, LIMIT).await;
    reply.unwrap()
}

#[tokio::test]
async fn over_the_wire() {
    let folder = TempDir::new().unwrap();
    let server = serve(&[], folder.path()).await;
    let whole = ask(&server, "GET", &[]).await;
    assert_eq!(whole.status, 200);
    assert_eq!(
        whole.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    assert!(whole.text().contains("#api_status"));
    let length = whole.body.len().to_string();
    assert_eq!(whole.header("content-length"), Some(&*length));

    let head = ask(&server, "HEAD", &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(&*length));
    let packed = ask(&server, "GET", &[("accept-encoding", "br")]).await;
    assert_eq!(packed.header("content-encoding"), Some("br"));
    assert!(packed.body.len() < whole.body.len());
    let known = [("if-none-match", whole.header("etag").unwrap())];
    let known = ask(&server, "GET", &known).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let part = ask(&server, "GET", &[("range", "bytes=1-3")]).await;
    assert_eq!((part.status, &part.body[..]), (206, &whole.body[1..4]));
    let written = ask(&server, "POST", &[]).await;
    assert_eq!(
        (written.status, written.header("allow")),
        (405, Some("GET, HEAD"))
    );

    for path in ["/", "/static/none.css", "/static/%2e%2e/Cargo.toml"] {
        let reply = get(server.base(), path).await.unwrap();
        assert_eq!(reply.status, 404);
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert!(reply.text().contains("<title>404 Not Found</title>"));
        assert!(reply.header("content-security-policy").is_some());
    }
}

#[tokio::test]
async fn it_is_measured_by_route() {
    let folder = TempDir::new().unwrap();
    let server = serve(&[], folder.path()).await;
    ask(&server, "GET", &[]).await;
    get(server.base(), "/nowhere").await.unwrap();
    let metrics = get(server.admin(), "/metrics").await.unwrap();
    let metrics = metrics.text();
    for series in [
        r#"http_requests_total{method="GET",route="/static/{*name}",status="2xx"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="4xx"} 1"#,
        r#"build_info{service="hbnb-assets","#,
    ] {
        assert!(metrics.contains(series), "{series} in\n{metrics}");
    }
    server.until_says(STYLES, LIMIT).await.unwrap();
}

#[tokio::test]
async fn it_drains() {
    let folder = TempDir::new().unwrap();
    let mut server = serve(&["serve", "--drain-delay", "2s"], folder.path()).await;
    server.terminate().unwrap();
    until("not ready", LIMIT, async || {
        Ok(get(server.admin(), "/healthz/ready").await?.status == 503)
    })
    .await
    .unwrap();
    let last = ask(&server, "GET", &[]).await;
    assert_eq!(
        (last.status, last.header("connection")),
        (200, Some("close"))
    );
    assert!(server.wait(LIMIT).await.unwrap().success());
    server.until_says("Drained", LIMIT).await.unwrap();
}

#[tokio::test]
async fn a_folder_of_ones_own() {
    let folder = TempDir::new().unwrap();
    let styles = folder.path().join("mine/styles");
    fs::create_dir_all(&styles).unwrap();
    let server = serve(&["--assets-dir", "mine"], folder.path()).await;
    for text in ["one", "two"] {
        fs::write(styles.join("3-header.css"), text).unwrap();
        assert_eq!(ask(&server, "GET", &[]).await.text(), text);
    }
}

async fn output(args: &[&str], folder: &Path) -> Output {
    run(&binary(), args, &[], folder).await.unwrap()
}

#[tokio::test]
async fn commands() {
    let folder = TempDir::new().unwrap();
    let help = output(&["--help"], folder.path()).await;
    let help = String::from_utf8(help.stdout).unwrap();
    for part in [
        "Examples:\n  hbnb-assets",
        "\n  serve",
        "\n  check",
        "127.0.0.1:8083",
    ] {
        assert!(help.contains(part), "{help}");
    }
    let version = output(&["--version"], folder.path()).await;
    let wanted = format!("hbnb-assets {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(version.stdout).unwrap(), wanted);

    let server = serve(&[], folder.path()).await;
    let admin = server.admin().trim_start_matches("http://").to_owned();
    let check = ["check", "--admin-bind", &admin];
    assert!(output(&check, folder.path()).await.status.success());
    drop(server);
    assert!(!output(&check, folder.path()).await.status.success());
}

#[tokio::test]
async fn a_folder_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    for wrong in ["nowhere", "file"] {
        let refused = output(&["--assets-dir", wrong], folder.path()).await;
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
        for part in [
            "assets_dir",
            wrong,
            "--assets-dir",
            "give a folder that is there",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}
