//! The API at an address.

use std::str::FromStr;
use std::time::Duration;

use axum::BoxError;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use kit::config::parsed;
use serde::{Deserialize, Deserializer};
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use url::Url;

/// How long a connection that nobody uses is kept: less than any server would.
const KEPT: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(1);

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

/// A client whose connections are kept alive.
pub(super) fn client() -> BoxCloneSyncService<Request<Body>, Response<Body>, BoxError> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECT));
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(KEPT)
        .build(connector);
    let service = client
        .map_response(|response| response.map(Body::new))
        .map_err(BoxError::from);
    BoxCloneSyncService::new(service)
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
