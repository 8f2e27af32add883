//! Addresses to listen at.

use std::fmt;
use std::path::{PathBuf, absolute};
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::text::parsed;

/// An address to listen at: `host:port`, `[v6]:port`, `:port` for all addresses of IPv4, or `unix:/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// A TCP port; port 0 is any free one.
    Tcp {
        /// A name or an address, an IPv6 address without its brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A socket in the file system, its path absolute.
    Unix(PathBuf),
}

/// Addresses to listen at, comma-separated, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listens(pub Vec<Listen>);

/// Where a port without a host is.
const ALL: &str = "0.0.0.0";

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Listen, String> {
        let text = text.trim();
        let listen = match text.strip_prefix("unix:") {
            // As Gunicorn has them: unix:path counts from the folder of the process, and unix://path is the same.
            Some(path) => absolute(path.strip_prefix("//").unwrap_or(path))
                .ok()
                .map(Listen::Unix),
            None => tcp(text),
        };
        listen.ok_or_else(|| "give host:port such as 127.0.0.1:8080, or unix:/path".to_owned())
    }
}

fn tcp(text: &str) -> Option<Listen> {
    let (host, port) = text.rsplit_once(':')?;
    let host = if host.is_empty() { ALL } else { host };
    let host = match host.strip_prefix('[') {
        Some(rest) => rest
            .strip_suffix(']')
            .filter(|host| host.parse::<std::net::Ipv6Addr>().is_ok())?,
        None => host,
    };
    let named = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let is_host = named || text.starts_with('[');
    let port = port
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| port.parse().ok())??;
    is_host.then(|| Listen::Tcp {
        host: host.to_owned(),
        port,
    })
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Listen::Tcp { host, port } => write!(f, "{host}:{port}"),
            Listen::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Listens {
    type Err = String;

    fn from_str(text: &str) -> Result<Listens, String> {
        text.split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Listens)
    }
}

impl fmt::Display for Listens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, listen) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{listen}")?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listen, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for Listens {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Listens, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listen, Listens};

    #[test]
    fn forms() {
        let text = "127.0.0.1:8080, [::1]:0,localhost:80,unix:/run/hbnb.sock";
        let listens: Listens = text.parse().unwrap();
        assert_eq!(listens.0.len(), 4);
        assert_eq!(listens.to_string(), text.replace(' ', ""));
    }

    #[test]
    fn forms_of_gunicorn() {
        let here = std::env::current_dir().unwrap();
        for (text, wanted) in [
            (":5000", "0.0.0.0:5000".to_owned()),
            ("unix:a.sock", format!("unix:{}/a.sock", here.display())),
            ("unix:///run/a.sock", "unix:/run/a.sock".to_owned()),
            ("unix://a.sock", format!("unix:{}/a.sock", here.display())),
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), wanted);
        }
    }

    #[test]
    fn nonsense() {
        let wrong = [
            "",
            ",",
            "8080",
            "localhost",
            "a:99999",
            "::1:80",
            "http://a:80",
            "unix:",
            "unix://",
            "[]:80",
            ":",
            "a:+1",
        ];
        for text in wrong {
            let error = text.parse::<Listens>().unwrap_err();
            assert_eq!(
                error, "give host:port such as 127.0.0.1:8080, or unix:/path",
                "{text}"
            );
        }
        assert!("a:80,b:81".parse::<Listen>().is_err());
    }
}
