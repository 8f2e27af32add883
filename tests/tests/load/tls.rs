//! A site over TLS.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Site, at_least, load};

/// What ends TLS, with a certificate that nobody knows, before `base`.
async fn front(base: &str) -> String {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let behind = base.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let mut other = TcpStream::connect(behind).await?;
                copy_bidirectional(&mut stream, &mut other).await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_certificate_that_nobody_knows() {
    let site = Site::new(&[]).await;
    let base = front(site.base()).await;
    let run = load(&["--url", &base], &[]).await;
    assert_eq!(run.code, 1);
    assert!(
        run.said.contains("invalid peer certificate"),
        "{}",
        run.said
    );
    let args = [
        "--url",
        &base,
        "--insecure",
        "--users",
        "2",
        "--duration",
        "1s",
    ];
    let run = load(&[&args[..], &["--writes"]].concat(), &[]).await;
    assert_eq!(
        (run.code, &run.report["total"]["failed"]),
        (0, &0.into()),
        "{:#}",
        run.report
    );
    at_least(&run.report["total"]["requests"], 10.0);
}
