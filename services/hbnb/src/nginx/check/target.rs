//! Where a `proxy_pass` or a `server` of an upstream leads.

use kit::config::Listen;

use crate::nginx::effect::Effect;

/// The port of an address without one.
const HTTP: u16 = 80;

/// What a `proxy_pass` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// `host`, `host:port`, `unix:/path`, or the name of an upstream.
    pub(super) address: String,
    /// The path that takes the place of the location's, if any.
    pub(super) uri: Option<String>,
    pub(super) is_tls: bool,
}

impl Target {
    /// None if only variables say where it leads.
    pub(super) fn of(url: &str) -> Option<Target> {
        let (scheme, rest) = url.split_once("://")?;
        let (address, uri) = match rest.strip_prefix("unix:") {
            Some(unix) => match unix.split_once(':') {
                Some((path, uri)) => (format!("unix:{path}"), Some(uri)),
                None => (rest.to_owned(), None),
            },
            None => match rest.find('/') {
                Some(slash) => (rest[..slash].to_owned(), Some(&rest[slash..])),
                None => (rest.to_owned(), None),
            },
        };
        (!address.contains('$')).then(|| Target {
            address,
            uri: uri.filter(|uri| !uri.is_empty()).map(str::to_owned),
            is_tls: scheme.eq_ignore_ascii_case("https"),
        })
    }
}

/// Whether hbnb listens at this address.
pub(super) fn is_ours(address: &str, effect: &Effect) -> bool {
    let Some(address) = parsed(address) else {
        return false;
    };
    effect.bind.0.iter().any(|listen| reaches(&address, listen))
}

/// Whether only this host can be meant.
pub(super) fn is_local(address: &str) -> bool {
    match parsed(address) {
        Some(Listen::Unix(_)) => true,
        Some(Listen::Tcp { host, .. }) => is_loopback(&host),
        None => false,
    }
}

fn parsed(address: &str) -> Option<Listen> {
    let with_port = || format!("{address}:{HTTP}").parse();
    address.parse().or_else(|_| with_port()).ok()
}

fn reaches(address: &Listen, listen: &Listen) -> bool {
    match (address, listen) {
        (Listen::Unix(one), Listen::Unix(other)) => one == other,
        (
            Listen::Tcp { host, port },
            Listen::Tcp {
                host: bound,
                port: bound_port,
            },
        ) => {
            let everywhere = ["0.0.0.0", "::"].contains(&bound.as_str());
            let same =
                host == bound || (is_loopback(host) && is_loopback(bound) && named(host, bound));
            port == bound_port && (everywhere || same)
        }
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

/// Whether one of two names of this host is the one that stands for either family.
fn named(one: &str, other: &str) -> bool {
    one == "localhost" || other == "localhost"
}

#[cfg(test)]
mod tests {
    use super::{Target, is_local};

    #[test]
    fn urls() {
        for (url, address, uri) in [
            ("http://hbnb", "hbnb", None),
            ("http://hbnb/", "hbnb", Some("/")),
            (
                "http://127.0.0.1:8080/2-hbnb",
                "127.0.0.1:8080",
                Some("/2-hbnb"),
            ),
            ("http://unix:/run/hbnb.sock", "unix:/run/hbnb.sock", None),
            (
                "http://unix:/run/hbnb.sock:/x",
                "unix:/run/hbnb.sock",
                Some("/x"),
            ),
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!(
                (target.address.as_str(), target.uri.as_deref()),
                (address, uri)
            );
            assert!(!target.is_tls);
        }
        assert!(Target::of("https://hbnb").unwrap().is_tls);
        assert_eq!(Target::of("http://$service"), None);
    }

    #[test]
    fn this_host() {
        for address in ["unix:/run/x", "127.0.0.1", "localhost:80", "[::1]:8080"] {
            assert!(is_local(address), "{address}");
        }
        for address in ["10.0.0.1:80", "api.example", "[2001:db8::1]:80"] {
            assert!(!is_local(address), "{address}");
        }
    }
}
