//! A socket that outlives the servers on it, as a supervisor such as systemd holds it.

use crate::process::free_port;
use crate::{Binary, Server, Storage};
use anyhow::Result;
use std::net::TcpListener;

/// The socket, on a free port of loopback, and the database of its servers: an empty SQLite file.
pub struct Holder {
    pub storage: Storage,
    address: String,
    listener: TcpListener,
}

impl Holder {
    pub fn new() -> Result<Holder> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        Ok(Holder {
            storage: Storage::sqlite()?,
            address: listener.local_addr()?.to_string(),
            listener,
        })
    }

    /// Where it listens: `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// `hbnb serve` on the socket, ready, beside others that may be on it.
    pub async fn serve(&self, args: &[&str]) -> Result<Server> {
        let admin = format!("127.0.0.1:{}", free_port()?);
        let own = ["serve", "--no-demo", "--database-url", self.storage.url()];
        let args = [&own[..], &["--admin-bind", &admin], args].concat();
        let socket = self.listener.try_clone()?;
        let hbnb = Binary::named("hbnb")?;
        let command = hbnb.command_on(socket, &args, &[], self.storage.folder());
        let base = format!("http://{}", self.address);
        let mut server = Server::launch(command, &base, &format!("http://{admin}"))?;
        server.until_ready().await?;
        Ok(server)
    }
}
