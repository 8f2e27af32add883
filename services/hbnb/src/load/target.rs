//! Where the site is.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use url::{Position, Url};

/// `http://HOST[:PORT]` or `https://HOST[:PORT]`.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    url: Url,
    port: u16,
    host: HeaderValue,
}

impl Target {
    /// The host without the brackets of an IPv6 address, and the port.
    pub(crate) fn address(&self) -> (&str, u16) {
        let host = self.url.host_str().unwrap_or_default();
        (host.trim_matches(['[', ']']), self.port)
    }

    /// The field `Host`.
    pub(crate) fn host(&self) -> &HeaderValue {
        &self.host
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Target, String> {
        let right = "give http://HOST[:PORT] or https://HOST[:PORT]";
        let url = Url::parse(text.trim()).map_err(|_| right)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let named = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !bare || !named {
            return Err(right.to_owned());
        }
        let host = url[Position::BeforeHost..Position::AfterPort].parse();
        Ok(Target {
            port: url.port_or_known_default().ok_or(right)?,
            host: host.map_err(|_| right)?,
            url,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn urls() {
        for (text, address, host) in [
            (
                "http://127.0.0.1:8080/",
                ("127.0.0.1", 8080),
                "127.0.0.1:8080",
            ),
            ("http://edge", ("edge", 80), "edge"),
            ("https://[::1]:8443", ("::1", 8443), "[::1]:8443"),
            (
                "https://site.example:443",
                ("site.example", 443),
                "site.example",
            ),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!(
                (target.address(), target.host().to_str().unwrap()),
                (address, host)
            );
            assert_eq!(target.is_tls(), text.starts_with("https"));
        }
        for text in [
            "",
            "edge:8080",
            "ftp://edge",
            "http://edge/app",
            "http://me@edge",
            "http://",
        ] {
            let right = "give http://HOST[:PORT] or https://HOST[:PORT]";
            assert_eq!(
                text.parse::<Target>().err().as_deref(),
                Some(right),
                "{text}"
            );
        }
    }
}
