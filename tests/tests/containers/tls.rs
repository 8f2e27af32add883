//! HTTPS at the edge.

use crate::world::{can_have, plays, site};
use anyhow::ensure;
use rig::process::free_port;
use rig::{TlsBridge, announce, inspect, until};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

/// Looked for every ten seconds.
const SOON: Duration = Duration::from_secs(40);

#[tokio::test(flavor = "multi_thread")]
async fn the_site_over_https() {
    if !can_have("HTTPS at the edge") {
        return;
    }
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("tls.crt", made.cert.pem());
    write("tls.key", made.signing_key.serialize_pem());

    let port = free_port().unwrap();
    let mut compose = site()
        .file("docker/compose.tls.yaml")
        .env("HBNB_TLS_DIR", folder.path().to_str().unwrap())
        .env("HBNB_TLS_PORT", &port.to_string());
    compose.up(&[]).await.unwrap();

    let certificate = folder.path().join("tls.crt");
    let try_curl = async |args: &[&str]| {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", "10", "--cacert"])
            .arg(&certificate)
            .args(args)
            .output()
            .await?;
        ensure!(output.status.success(), "{output:?}");
        Ok(String::from_utf8(output.stdout)?)
    };
    let curl = async |args: &[&str]| try_curl(args).await.unwrap();
    let https = format!("https://localhost:{port}");
    let version = "%{http_version} %{response_code}";
    let page = ["--output", "/dev/null", "--write-out", version, &https];
    assert_eq!(curl(&page).await, "2 200", "HTTP/2 by ALPN");
    let old = [&["--http1.1"], &page[..]].concat();
    assert_eq!(curl(&old).await, "1.1 200");

    let plain = format!("http://localhost:{}/places/1?x=%20y", compose.port());
    let led = [
        "--output",
        "/dev/null",
        "--write-out",
        "%{response_code} %{redirect_url}",
        &plain,
    ];
    assert_eq!(curl(&led).await, format!("308 {https}/places/1?x=%20y"));

    // Renewed: the next name is served soon, without a restart.
    let renewed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    write("tls.key", renewed.signing_key.serialize_pem());
    write("tls.crt", renewed.cert.pem());
    let edge = compose.container("edge").await.unwrap();
    let started = inspect(&edge).await.unwrap()["State"]["StartedAt"].clone();
    let is_served = async || Ok(try_curl(&page).await.is_ok_and(|told| told == "2 200"));
    until("the renewed certificate", SOON, is_served)
        .await
        .unwrap();
    assert_eq!(inspect(&edge).await.unwrap()["State"]["StartedAt"], started);

    let bridge = TlsBridge::start(([127, 0, 0, 1], port).into(), renewed.cert.der().clone())
        .await
        .unwrap();
    plays(&bridge.base(), "over https").await;
    announce("golden over https went through TLS to the edge");
}
