//! A server with a certificate.

use std::fs;
use std::path::Path;

use rcgen::{CertifiedKey, KeyPair};
use rig::http::{get, send};
use rig::process::free_port;
use rig::{Nginx, TlsBridge};

use crate::LIMIT;
use crate::stand::{by_unix, folder_for, printed, serve_at};

/// Writes a certificate and its key, and tells where.
pub(crate) fn write(folder: &Path, made: &CertifiedKey<KeyPair>) -> (String, String) {
    let file = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let key = made.signing_key.serialize_pem();
    (file("site.pem", made.cert.pem()), file("site.key", key))
}

#[tokio::test]
async fn https_and_the_way_to_it() {
    let Some(folder) = folder_for("HTTPS on a host") else {
        return;
    };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = write(folder.path(), &made);
    let bind = by_unix(folder.path());
    let (_server, _storage) = serve_at(&bind, &["--no-demo"]).await;
    let plain = format!("127.0.0.1:{}", free_port().unwrap());
    let nginx = Nginx::start(folder.path(), |address| {
        let secured = address.to_string();
        let listen = [
            "--bind",
            &bind,
            "--listen",
            &plain,
            "--listen-tls",
            &secured,
        ];
        let files = ["--certificate", &certificate, "--key", &key];
        let none = [
            "--cache-dir",
            "off",
            "--access-log",
            "off",
            "--server-name",
            "localhost",
        ];
        printed(&[&listen[..], &files, &none].concat())
    })
    .unwrap();
    let bridge = TlsBridge::start(nginx.address(), made.cert.der().clone())
        .await
        .unwrap();
    let page = get(&bridge.base(), "/airbnb-onepage/").await.unwrap();
    assert_eq!((page.status, &*page.text()), (200, "Hello HBNB!"));
    let hsts = page.header("strict-transport-security");
    assert_eq!(hsts, Some("max-age=31536000"));
    assert!(page.header("x-served-by").is_some());

    let (base, path) = (format!("http://{plain}"), "/api/v1/states?a=b");
    let moved = send(&base, "POST", path, &[], None, LIMIT).await.unwrap();
    let port = nginx.address().port();
    let to = format!("https://127.0.0.1:{port}/api/v1/states?a=b");
    assert_eq!(
        (moved.status, moved.header("location")),
        (308, Some(to.as_str()))
    );
    assert_eq!(moved.header("strict-transport-security"), None);
}
