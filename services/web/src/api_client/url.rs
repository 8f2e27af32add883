//! The address of the API.

use std::str::FromStr;

use kit::config::parsed;
use serde::{Deserialize, Deserializer};
use url::Url;

/// Where the API answers: `http://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUrl(String);

impl ApiUrl {
    /// Scheme, host and port, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<ApiUrl, String> {
        let right = || "give http://HOST:PORT, such as http://127.0.0.1:8081".to_owned();
        let url = Url::parse(text.trim()).map_err(|_| right())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let named = url.username().is_empty() && url.password().is_none();
        if url.scheme() != "http" || !bare || !named || !url.has_host() {
            return Err(right());
        }
        Ok(ApiUrl(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl<'de> Deserialize<'de> for ApiUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ApiUrl, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::ApiUrl;

    #[test]
    fn urls() {
        for (text, wanted) in [
            ("http://api:8081", Some("http://api:8081")),
            (" http://[::1]:8081/ ", Some("http://[::1]:8081")),
            ("http://api", Some("http://api")),
            ("https://api", None),
            ("api:8081", None),
            ("http://", None),
            ("http://api/v1", None),
            ("http://me:secret@api", None),
            ("http://api?x=1", None),
        ] {
            let url = text.parse::<ApiUrl>();
            assert_eq!(url.as_ref().map(ApiUrl::base).ok(), wanted, "{text}");
        }
    }
}
