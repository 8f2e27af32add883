//! A relay between a service and the one that it asks, which can be put into trouble.

use crate::process::{free_port, until};
use anyhow::{Context, Result, ensure};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// How long a child of another test may take from its fork to its own program: until then it holds all that was open here.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the relay does with those who ask.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// Passes everything on.
    None,
    /// Refuses connections.
    Away,
    /// Answers nothing for so long, and then passes everything on.
    Slow(Duration),
    /// Gives these bytes for an answer and closes.
    Says(&'static str),
    /// Passes everything on until this text is asked for; then it closes.
    CutsAt(&'static str),
}

/// Dropping it ends its connections.
#[derive(Debug)]
pub struct Relay {
    here: SocketAddr,
    there: String,
    running: Option<JoinHandle<()>>,
}

impl Relay {
    /// A relay to `base` (`http://host:port`) without trouble, at a port of its own.
    pub async fn start(base: &str) -> Result<Self> {
        let there = base.strip_prefix("http://").context("only http://")?;
        // One that no connection of somebody else takes while nobody listens.
        let listener = TcpListener::bind(("127.0.0.1", free_port()?)).await?;
        let mut relay = Self {
            here: listener.local_addr()?,
            there: there.to_owned(),
            running: None,
        };
        relay.run(listener, Trouble::None);
        Ok(relay)
    }

    /// Where it listens: `http://127.0.0.1:port`.
    pub fn base(&self) -> String {
        format!("http://{}", self.here)
    }

    /// Changes what it does. Connections that there are end, so that the next request meets the new trouble.
    pub async fn put(&mut self, trouble: Trouble) -> Result<()> {
        if let Some(running) = self.running.take() {
            running.abort();
            // It was aborted, or has panicked and said so.
            let _ = running.await;
        }
        if matches!(trouble, Trouble::Away) {
            return until_away(self.here).await;
        }
        self.run(bind_again(self.here).await?, trouble);
        Ok(())
    }

    fn run(&mut self, listener: TcpListener, trouble: Trouble) {
        let there = self.there.clone();
        self.running = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, there.clone(), trouble));
            }
        }));
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

async fn until_away(here: SocketAddr) -> Result<()> {
    let away = async || Ok(TcpStream::connect(here).await.is_err());
    until("nobody listens any more", PATIENCE, away).await
}

async fn bind_again(here: SocketAddr) -> Result<TcpListener> {
    let mut listener = None;
    until("the port is free again", PATIENCE, async || {
        match TcpListener::bind(here).await {
            Ok(bound) => listener = Some(bound),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error.into()),
        }
        Ok(listener.is_some())
    })
    .await?;
    listener.context("no listener")
}

async fn serve(mut client: TcpStream, there: String, trouble: Trouble) -> Result<()> {
    match trouble {
        Trouble::None | Trouble::Away => {}
        Trouble::Slow(time) => sleep(time).await,
        Trouble::Says(answer) => {
            read(&mut client).await?;
            client.write_all(answer.as_bytes()).await?;
            return Ok(client.shutdown().await?);
        }
        Trouble::CutsAt(text) => return pass_until(client, &there, text).await,
    }
    let mut server = TcpStream::connect(there).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn read(client: &mut TcpStream) -> Result<Vec<u8>> {
    let mut buffer = vec![0; 64 * 1024];
    let length = client.read(&mut buffer).await?;
    ensure!(length > 0, "the client has closed");
    buffer.truncate(length);
    Ok(buffer)
}

/// Passes on what both say until the client has said this text.
async fn pass_until(mut client: TcpStream, there: &str, text: &str) -> Result<()> {
    let mut server = TcpStream::connect(there).await?;
    let (mut said, mut answer) = (String::new(), vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            part = read(&mut client) => {
                let part = part?;
                said.push_str(&String::from_utf8_lossy(&part));
                if said.contains(text) {
                    return Ok(());
                }
                server.write_all(&part).await?;
            }
            length = server.read(&mut answer) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                client.write_all(&answer[..length]).await?;
            }
        }
    }
}
