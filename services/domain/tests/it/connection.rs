//! The connection to PostgreSQL: no delay, and TLS.

use std::fs;
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;
use std::path::Path;

use domain::{Options, Pools, Store};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rig::Postgres;
use socket2::SockRef;
use tempfile::TempDir;

use crate::start;

/// What `TCP_NODELAY` is on each of this process's connections to that port.
fn nodelay_to(port: u16) -> Vec<bool> {
    let peer = SocketAddr::from(([127, 0, 0, 1], port));
    let descriptors = fs::read_dir("/proc/self/fd").unwrap();
    let numbers = descriptors.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut found = Vec::new();
    for number in numbers {
        #[expect(
            unsafe_code,
            reason = "the driver hands out no descriptor; one that is no socket only gives an error"
        )]
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        let socket = SockRef::from(&descriptor);
        let connected = socket
            .peer_addr()
            .ok()
            .and_then(|address| address.as_socket());
        if connected == Some(peer) {
            found.push(socket.tcp_nodelay().unwrap());
        }
    }
    found
}

#[tokio::test]
async fn packets_are_not_held_back() {
    let Some(postgres) = start(rig::Options::default()) else {
        return;
    };
    let store = Store::open(&Options::new(postgres.url())).await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(nodelay_to(postgres.port()), [true]);
    store.close().await;
}

/// A certificate authority of this test's own, and a server's certificate signed by it.
struct Pki {
    folder: TempDir,
    certificate: String,
    key: String,
}

impl Pki {
    fn new() -> Pki {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = names.signed_by(&key, &authority).unwrap().pem();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        Pki {
            folder,
            certificate,
            key: key.serialize_pem(),
        }
    }

    fn root(&self) -> String {
        Path::new(self.folder.path())
            .join("ca.pem")
            .display()
            .to_string()
    }

    fn server(&self) -> Option<Postgres> {
        start(
            rig::Options::default()
                .tls(&self.certificate, &self.key)
                .only_tls(),
        )
    }
}

async fn opened(postgres: &Postgres, tls: &str) -> Result<Store, String> {
    let url = format!("{}?{tls}", postgres.url());
    Store::open(&Options::new(url))
        .await
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn tls_is_verified_against_a_ca_of_ones_own() {
    let pki = Pki::new();
    let Some(postgres) = pki.server() else {
        return;
    };
    let verified = format!("sslmode=verify-full&sslrootcert={}", pki.root());
    let store = opened(&postgres, &verified).await.unwrap();
    store.ping().await.unwrap();
    let encrypted: bool = match store.pools() {
        Pools::Postgres(pool) => {
            sqlx::query_scalar("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                .fetch_one(pool)
                .await
                .unwrap()
        }
        Pools::Sqlite { .. } => false,
    };
    assert!(encrypted);
    store.close().await;
}

#[tokio::test]
async fn a_server_of_another_ca_or_name_is_refused_and_so_is_plain_text() {
    let (pki, stranger) = (Pki::new(), Pki::new());
    let Some(postgres) = pki.server() else {
        return;
    };
    let wrong_root = format!("sslmode=verify-full&sslrootcert={}", stranger.root());
    let message = opened(&postgres, &wrong_root).await.map(drop).unwrap_err();
    assert!(message.contains("refused the connection: "), "{message}");
    assert!(message.contains("invalid peer certificate"), "{message}");

    let url = postgres.url().replace("127.0.0.1", "localhost");
    let wrong_name = format!("{url}?sslmode=verify-full&sslrootcert={}", pki.root());
    let message = Store::open(&Options::new(wrong_name))
        .await
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(message.contains("refused the connection: "), "{message}");
    assert!(message.contains("invalid peer certificate"), "{message}");

    let message = opened(&postgres, "sslmode=disable")
        .await
        .map(drop)
        .unwrap_err();
    assert!(message.contains("no encryption"), "{message}");
}
