//! Whom to believe: networks, addresses, and the peers of unix sockets.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use super::text::parsed;
use crate::serve::Peer;

/// What stands for the peers of unix sockets.
const UNIX: &str = "unix";

/// Networks, comma-separated: `10.0.0.0/8`, `2001:db8::/32`, single addresses, and `unix` for the peers of unix sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    networks: Vec<IpNet>,
    unix: bool,
}

impl Networks {
    /// Whether nobody is meant.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }

    /// Whether the address is in one of the networks. An IPv4 address in IPv6 form counts as itself.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Whether this peer of ours is meant.
    pub fn contain_peer(&self, peer: &Peer) -> bool {
        match peer.as_str().parse::<SocketAddr>() {
            Ok(address) => self.contain(address.ip()),
            Err(_) => self.unix && peer.as_str() == UNIX,
        }
    }
}

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Networks, String> {
        let mut networks = Networks::default();
        for part in text.split(',').map(str::trim) {
            if part == UNIX {
                networks.unix = true;
            } else {
                networks.networks.push(network(part)?);
            }
        }
        Ok(networks)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| {
        "give networks such as 10.0.0.0/8 or 2001:db8::/32, addresses, or unix; several, comma-separated".to_owned()
    })
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks = self.networks.iter().map(ToString::to_string);
        let unix = self.unix.then(|| UNIX.to_owned());
        let all: Vec<_> = networks.chain(unix).collect();
        f.write_str(&all.join(","))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Networks, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Networks, Peer};

    #[test]
    fn members() {
        let networks: Networks = "10.0.0.0/8, 192.0.2.7,2001:db8::/32,unix".parse().unwrap();
        for peer in [
            "10.9.9.9:1",
            "192.0.2.7:80",
            "[2001:db8::9]:80",
            "[::ffff:10.0.0.1]:80",
            "unix",
        ] {
            assert!(networks.contain_peer(&Peer::new(peer)), "{peer}");
        }
        for peer in ["11.0.0.1:1", "192.0.2.8:80", "[2001:db9::9]:80", "nobody"] {
            assert!(!networks.contain_peer(&Peer::new(peer)), "{peer}");
        }
        let without: Networks = "10.0.0.0/8".parse().unwrap();
        assert!(!without.contain_peer(&Peer::new("unix")));
        assert!(Networks::default().is_empty());
    }

    #[test]
    fn forms() {
        let text = "10.0.0.0/8,192.0.2.7/32,2001:db8::/32,unix";
        let networks: Networks = text.parse().unwrap();
        assert_eq!(networks.to_string(), text);
        for wrong in ["", "10.0.0.0/33", "localhost", "10.0.0.1,", "10.0.0.1:80"] {
            let error = wrong.parse::<Networks>().unwrap_err();
            assert!(error.starts_with("give networks such as "), "{wrong}");
        }
    }
}
