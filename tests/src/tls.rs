//! A way into TLS for the clients here, which speak plain HTTP.

use anyhow::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Listens on loopback, and passes on what comes, in TLS, to a server that shows one certificate for `localhost`.
#[derive(Debug)]
pub struct TlsBridge {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl TlsBridge {
    pub async fn start(to: SocketAddr, certificate: CertificateDer<'static>) -> Result<TlsBridge> {
        let mut roots = RootCertStore::empty();
        roots.add(certificate)?;
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                // Whoever breaks off is told by the end of the connection.
                connections.spawn(pass_on(client, to, connector.clone()));
            }
        });
        Ok(TlsBridge {
            address,
            _tasks: tasks,
        })
    }

    /// `http://127.0.0.1:port`
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn pass_on(mut client: TcpStream, to: SocketAddr, connector: TlsConnector) -> Result<()> {
    let server = TcpStream::connect(to).await?;
    let mut server = connector
        .connect(ServerName::try_from("localhost")?, server)
        .await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
