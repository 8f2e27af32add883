//! What a person has sent by a form.

use axum::RequestExt;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use kit::layers::Client;

use crate::error::Error;
use crate::pairs::Pairs;

/// What was typed and chosen. A form of another site is refused: browsers say where a form comes from.
pub(crate) struct Entered(Pairs);

impl Entered {
    /// What was typed into a field, its lines ended as the API counts them; nothing if the field is not there.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        Some(self.0.one(name)?.replace("\r\n", "\n"))
    }

    /// What was chosen of several.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.all(name)
    }
}

impl<S: Send + Sync> FromRequest<S> for Entered {
    type Rejection = Error;

    async fn from_request(mut request: Request, state: &S) -> Result<Entered, Error> {
        let Ok(client) = request.extract_parts::<Client>().await;
        if !is_own(request.headers(), &client.host) {
            return Err(Error::Forbidden);
        }
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Entered(Pairs::read(&body))),
            Err(told) if told.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Error::TooLarge),
            Err(_) => Err(Error::BadRequest("the form has not come whole".to_owned())),
        }
    }
}

/// Whether a form with these headers comes from a page of `host`. What is no browser says nothing, and may send.
fn is_own(headers: &HeaderMap, host: &str) -> bool {
    let across = headers.get("sec-fetch-site");
    if across.is_some_and(|site| site.as_bytes() == b"cross-site") {
        return false;
    }
    let origin = headers.get(header::ORIGIN).map(HeaderValue::to_str);
    match origin {
        None => true,
        // Where a proxy ends TLS the scheme need not be known here, so that only the hosts are compared.
        Some(Ok(origin)) => origin
            .split_once("://")
            .is_some_and(|(_, origin)| plain(origin).eq_ignore_ascii_case(plain(host))),
        Some(Err(_)) => false,
    }
}

/// A host without a port that goes without saying.
fn plain(host: &str) -> &str {
    let host = host.strip_suffix(":443").unwrap_or(host);
    host.strip_suffix(":80").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName};

    use super::is_own;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn origins() {
        for (origin, wanted) in [
            ("http://hbnb.example", true),
            ("https://HBNB.example", true),
            ("https://hbnb.example:443", true),
            ("http://hbnb.example:8080", false),
            ("http://evil.example", false),
            ("http://hbnb.example.evil", false),
            ("null", false),
            ("", false),
        ] {
            let headers = headers(&[("origin", origin)]);
            assert_eq!(is_own(&headers, "hbnb.example"), wanted, "{origin}");
        }
        let headers = headers(&[("origin", "http://[::1]:8080")]);
        assert!(is_own(&headers, "[::1]:8080"));
    }

    #[test]
    fn sites() {
        for (site, wanted) in [("same-origin", true), ("none", true), ("cross-site", false)] {
            let headers = headers(&[("sec-fetch-site", site)]);
            assert_eq!(is_own(&headers, "hbnb.example"), wanted, "{site}");
        }
        assert!(is_own(&HeaderMap::new(), "hbnb.example"));
    }
}
