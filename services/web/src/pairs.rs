//! Names and values, as query strings and forms have them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use url::form_urlencoded;

/// The pairs in their order. A name may come several times.
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Reads what is written as `application/x-www-form-urlencoded`; what is broken in it stays as near as it can be read.
    pub(crate) fn read(text: &[u8]) -> Pairs {
        Pairs(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The last value of a name.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().rev();
        values
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a name, each once, those that say nothing left out.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (key, value) in &self.0 {
            if key == name && !value.is_empty() && !all.contains(value) {
                all.push(value.clone());
            }
        }
        all
    }
}

/// The pairs of the query string.
impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Pairs, Infallible> {
        Ok(Pairs::read(
            parts.uri.query().unwrap_or_default().as_bytes(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    #[test]
    fn values() {
        let pairs = Pairs::read(b"state=1&city=&state=2&state=1&name=a+b%26&name=%C3%A9");
        assert_eq!(pairs.all("state"), ["1", "2"]);
        assert_eq!(pairs.all("city"), [""; 0]);
        assert_eq!(pairs.one("name"), Some("é"));
        assert_eq!(pairs.one("city"), Some(""));
        assert_eq!(pairs.one("other"), None);
    }
}
