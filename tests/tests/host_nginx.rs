//! nginx in front of `hbnb serve` on one host: what `hbnb nginx` prints, what `hbnb check --nginx` says of a file, and the
//! task configurations of the original, in Debian's nginx.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "host_nginx/files.rs"]
mod files;
#[path = "host_nginx/fitting.rs"]
mod fitting;
#[path = "host_nginx/flags.rs"]
mod flags;
#[path = "host_nginx/mistakes.rs"]
mod mistakes;
#[path = "host_nginx/reading.rs"]
mod reading;
#[path = "host_nginx/stand.rs"]
mod stand;
#[path = "host_nginx/tasks.rs"]
mod tasks;
#[path = "host_nginx/tls.rs"]
mod tls;

use std::fs;
use std::time::Duration;

use rig::golden::{Targets, plays};
use rig::http::{get, send};
use rig::{Nginx, until};
use serde_json::Value;

use stand::{Site, at, by_tcp, by_unix, folder_for, printed, requests};

const LIMIT: Duration = Duration::from_secs(10);
const REQUESTS: usize = 10_000;
const CLIENTS: usize = 8;
/// The most connections to hbnb that so many requests may make.
const CONNECTIONS: f64 = 20.0;

/// `nginx -t` on what `hbnb nginx` prints.
#[test]
fn every_form_is_read_by_nginx() {
    let Some(folder) = folder_for("what hbnb nginx prints") else {
        return;
    };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = tls::write(folder.path(), &made);
    let secured = ["--certificate", &certificate, "--key", &key];
    let secured = [&secured[..], &["--server-name", "hbnb.example,*.example"]].concat();
    let all = [
        "--bind=[::1]:9,10.0.0.1:8",
        "--static-dir=/srv/static",
        "--write-rate=5",
        "--write-burst=1",
        "--trusted-networks=10.0.0.0/8,2001:db8::/32",
        "--body-limit=1500",
        "--request-timeout=1500ms",
        "--drain-linger=0",
        "--cache-dir=off",
        "--access-log=off",
    ];
    let unlimited = ["--body-limit=0", "--request-timeout=0", "--drain-delay=5m"];
    for args in [&[][..], &["--bind=0.0.0.0:9"], &unlimited, &secured, &all] {
        for whole in [false, true] {
            let wrapped = at(folder.path(), args, whole);
            Nginx::test(&wrapped).unwrap_or_else(|error| panic!("{args:?}: {error}"));
        }
    }
}

/// Over the unix socket, header by header.
#[tokio::test]
async fn the_front_door() {
    let Some(site) = Site::before(by_unix, &[], &[]).await else {
        return;
    };
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    for method in ["HEAD", "GET"] {
        let reply = site.ask(method, "/airbnb-onepage/").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-length"), Some("11"));
        assert_eq!(reply.header("connection"), Some("keep-alive"));
        assert_eq!(reply.header("x-served-by"), Some(host.trim()));
        assert_eq!(
            reply.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(reply.header("server"), Some("nginx"), "without a version");
        let body = if method == "GET" { "Hello HBNB!" } else { "" };
        assert_eq!(reply.text(), body);
    }
    let number = "/airbnb-dynamic/number_odd_or_even";
    for (value, says) in [("89", "Number: 89 is odd"), ("42/", "Number: 42 is even")] {
        let page = site.ask("GET", &format!("{number}/{value}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains(says), "{}", page.text());
    }
    for wrong in ["x", "-4", "4.5", ""] {
        let page = site.ask("GET", &format!("{number}/{wrong}")).await;
        assert_eq!(page.status, 404, "{wrong}");
        assert_eq!(page.header("x-served-by"), Some(host.trim()));
    }
    let page = site.ask("GET", "/").await;
    assert_eq!((page.status, page.text().contains("</html>")), (200, true));
    let status = site.ask("GET", "/api/v1/status").await;
    assert_eq!(status.json().unwrap()["status"], "OK");
    assert_eq!(
        site.ask("GET", "/api/v1/nothing").await.json().unwrap()["error"],
        "Not found"
    );
}

#[tokio::test]
async fn golden_scenarios() {
    let Some(site) = Site::before(by_tcp, &["--no-demo"], &[]).await else {
        return;
    };
    plays(&Targets::site(&site.nginx.base()), "behind nginx")
        .await
        .unwrap();
}

/// Few connections for many requests.
#[tokio::test(flavor = "multi_thread")]
async fn connections_are_kept() {
    let Some(site) = Site::before(by_unix, &["--no-demo"], &[]).await else {
        return;
    };
    let before = site.connections().await;
    requests(site.nginx.address(), CLIENTS, REQUESTS / CLIENTS).await;
    let made = site.connections().await - before;
    rig::announce(&format!(
        "connections to hbnb for {REQUESTS} requests: {made}"
    ));
    assert!((1.0..=CONNECTIONS).contains(&made), "{made}");
}

/// hbnb is told who asks, and believes it.
#[tokio::test]
async fn who_asks_is_known() {
    let Some(site) = Site::before(by_unix, &[], &[]).await else {
        return;
    };
    let forged = [
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.8"),
    ];
    let sent = send(&site.nginx.base(), "GET", "/c/who", &forged, None, LIMIT)
        .await
        .unwrap();
    let id = sent.header("x-request-id").unwrap();
    let told = until("the log of both", LIMIT, async || {
        Ok(site.server.logs().contains(id) && site.log().contains(id))
    });
    told.await.unwrap();
    let (ours, logs) = (site.server.logs(), site.log());
    let line = ours.lines().find(|line| line.contains(id)).unwrap();
    assert!(
        line.contains("127.0.0.1") && !line.contains("203.0.113"),
        "{line}"
    );
    let line = logs.lines().find(|line| line.contains(id)).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(
        (&line["peer"], &line["status"]),
        (&"127.0.0.1".into(), &200.into())
    );
    assert!(
        line["upstream"].as_str().unwrap().starts_with("unix:/"),
        "{line}"
    );
    for time in ["upstream_s", "upstream_connect_s", "upstream_header_s"] {
        assert!(
            line[time].as_str().unwrap().parse::<f64>().is_ok(),
            "{line}"
        );
    }
}

/// A proxy that is trusted says who asks.
#[tokio::test]
async fn behind_another_proxy() {
    let trusted = [
        "--trusted-networks",
        "127.0.0.0/8",
        "--write-rate",
        "1",
        "--write-burst",
        "1",
    ];
    let Some(site) = Site::before(by_unix, &["--no-demo"], &trusted).await else {
        return;
    };
    let write = async |client: &str| {
        let head = [
            ("x-forwarded-for", client),
            ("content-type", "application/json"),
        ];
        let body = br#"{"name": "Ohio"}"#.to_vec();
        let path = "/api/v1/states";
        send(&site.nginx.base(), "POST", path, &head, Some(body), LIMIT)
            .await
            .unwrap()
    };
    assert_eq!(write("203.0.113.7").await.status, 201);
    let refused = async || Ok(write("203.0.113.7").await.status == 429);
    until("one writes too much", LIMIT, refused).await.unwrap();
    assert_eq!(write("203.0.113.8").await.status, 201, "another one");
}

/// nginx says in the site's own words that hbnb is away.
#[tokio::test]
async fn hbnb_is_away() {
    let Some(mut site) = Site::before(by_unix, &["--no-demo"], &[]).await else {
        return;
    };
    assert_eq!(site.ask("GET", "/api/v1/status").await.status, 200);
    site.server.kill();
    // Its workers finish what they do before they leave.
    let away = async || Ok(site.ask("GET", "/api/v1/status").await.status == 502);
    until("nobody answers behind it", LIMIT, away)
        .await
        .unwrap();
    let reply = site.ask("GET", "/api/v1/states").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (502, Some("application/json"))
    );
    assert!(
        reply.json().unwrap()["error"]
            .as_str()
            .unwrap()
            .contains("away")
    );
    let page = site.ask("GET", "/places/1").await;
    assert_eq!(page.status, 502);
    assert!(
        page.text()
            .contains("<title>502 Bad Gateway · HBNB</title>"),
        "{}",
        page.text()
    );
    assert_eq!(page.header("retry-after"), Some("1"));
    assert_eq!(
        get(&site.nginx.base(), "/.front/error.json")
            .await
            .unwrap()
            .status,
        404
    );
}

/// A body may be as large as hbnb takes it, and nginx says how large that is.
#[tokio::test]
async fn a_body_is_as_large_as_hbnb_takes() {
    let limit = ["--body-limit", "64KiB"];
    let Some(site) = Site::before(by_unix, &[&["--no-demo"], &limit[..]].concat(), &limit).await
    else {
        return;
    };
    for (length, status) in [(64 << 10, 400), ((64 << 10) + 1, 413)] {
        let head = [("content-type", "application/json")];
        let body = Some(vec![b'a'; length]);
        let path = "/api/v1/states";
        let reply = send(&site.nginx.base(), "POST", path, &head, body, LIMIT)
            .await
            .unwrap();
        assert_eq!(reply.status, status);
        assert!(
            status == 400 || reply.text().contains("64 KiB"),
            "{}",
            reply.text()
        );
    }
    assert!(printed(&limit).contains("client_max_body_size 64k;"));
}
