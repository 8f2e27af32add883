//! The options of hbnb that nginx has to agree with.

use std::time::Duration;

use kit::config::{ConfigError, Listen, Listens, Networks, Settings, Size, Span};
use kit::serve::Peer;
use serde::Deserialize;

/// What `hbnb serve` does with the options in effect.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Effect {
    pub(crate) bind: Listens,
    pub(crate) body_limit: Size,
    pub(crate) request_timeout: Span,
    #[serde(default)]
    trusted_proxies: Networks,
    drain_delay: Span,
    drain_linger: Span,
}

/// As whom nginx comes to a listener.
const LOOPBACK: &str = "127.0.0.1";

impl Effect {
    pub(crate) fn read(settings: &Settings) -> Result<Effect, ConfigError> {
        settings.get()
    }

    /// Where nginx reaches hbnb: at the first unix socket, or else at the first port. None if that is any free one.
    pub(crate) fn nearest(&self) -> Option<Listen> {
        let unix = |listen: &&Listen| matches!(listen, Listen::Unix(_));
        let all = &self.bind.0;
        let nearest = all.iter().find(unix).or_else(|| all.first())?;
        match nearest {
            Listen::Tcp { port: 0, .. } => None,
            Listen::Tcp { host, port } => Some(Listen::Tcp {
                host: reached(host).to_owned(),
                port: *port,
            }),
            Listen::Unix(_) => Some(nearest.clone()),
        }
    }

    /// What `trusted_proxies` must hold for nginx there to be believed.
    pub(crate) fn peer(at: &Listen) -> &str {
        match at {
            Listen::Unix(_) => "unix",
            Listen::Tcp { host, .. } if host.parse::<std::net::IpAddr>().is_ok() => host,
            Listen::Tcp { .. } => LOOPBACK,
        }
    }

    /// Whether it is believed.
    pub(crate) fn trusts(&self, at: &Listen) -> bool {
        match Effect::peer(at).parse() {
            Ok(address) => self.trusted_proxies.contain(address),
            Err(_) => self.trusted_proxies.contain_peer(&Peer::new("unix")),
        }
    }

    /// How long idle connections are left alone by an hbnb that is told to stop.
    pub(crate) fn farewell(&self) -> Duration {
        self.drain_delay.0 + self.drain_linger.0
    }
}

/// An address that leads to a listener of all addresses.
fn reached(host: &str) -> &str {
    match host {
        "0.0.0.0" => LOOPBACK,
        "::" => "::1",
        host => host,
    }
}
