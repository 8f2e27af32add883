//! One call of the API.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use url::form_urlencoded::Serializer;

use super::ApiError;
use super::answer::Answer;

/// Where the API's paths begin.
const ROOT: &str = "/api/v1";

/// What is to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(super) method: Method,
    /// The path below `/api/v1`, its ids as `{id}`.
    pub(super) template: &'static str,
    target: String,
    query: Vec<(&'static str, String)>,
    body: Option<Bytes>,
    token: Option<HeaderValue>,
    /// Whether it changes nothing.
    is_safe: bool,
}

impl Call {
    /// Reads what is at the path. Its ids are those of a client, any text.
    pub(crate) fn get(template: &'static str, ids: &[&str]) -> Call {
        Call::new(Method::GET, template, ids)
    }

    /// Asks the same of what `link` names, which the API has given for the page that follows.
    pub(crate) fn follow(&self, link: String) -> Call {
        Call {
            target: link,
            query: Vec::new(),
            ..self.clone()
        }
    }

    /// Asks with a body that says what to look for, which changes nothing.
    pub(crate) fn search(template: &'static str, body: &impl Serialize) -> Call {
        Call::new(Method::POST, template, &[]).with(body)
    }

    /// Changes something by this method.
    pub(crate) fn change(method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call {
            is_safe: false,
            ..Call::new(method, template, ids)
        }
    }

    fn new(method: Method, template: &'static str, ids: &[&str]) -> Call {
        Call {
            method,
            template,
            target: format!("{ROOT}{}", filled(template, ids)),
            query: Vec::new(),
            body: None,
            token: None,
            is_safe: true,
        }
    }

    /// Whether to ask it twice does no more than to ask it once (RFC 9110, 9.2.2).
    pub(super) fn is_idempotent(&self) -> bool {
        self.is_safe || matches!(self.method, Method::PUT | Method::DELETE)
    }

    /// The answer to the second attempt. What is not there may have been removed by the first one.
    pub(super) fn repeated(&self, answer: Result<Answer, ApiError>) -> Result<Answer, ApiError> {
        match answer {
            Err(ApiError::Refused(StatusCode::NOT_FOUND, _)) if self.method == Method::DELETE => {
                Ok(Answer::removed())
            }
            answer => answer,
        }
    }

    /// The same with a parameter in its query.
    pub(crate) fn query(mut self, name: &'static str, value: &str) -> Call {
        self.query.push((name, value.to_owned()));
        self
    }

    /// The same with a body.
    pub(crate) fn with(self, body: &impl Serialize) -> Call {
        // What has keys of text always has a form in JSON.
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Call {
            body: Some(body),
            ..self
        }
    }

    /// The same with the token that writes may need. A text that cannot be one is left out, and refused by the API.
    pub(crate) fn token(self, token: Option<&str>) -> Call {
        let bearer = |token| HeaderValue::try_from(format!("Bearer {token}")).ok();
        Call {
            token: token.and_then(bearer),
            ..self
        }
    }

    pub(super) fn uri(&self, base: &str) -> Result<Uri, ApiError> {
        let mut target = format!("{base}{}", self.target);
        if !self.query.is_empty() {
            let query = Serializer::new(String::new())
                .extend_pairs(&self.query)
                .finish();
            target.push(if target.contains('?') { '&' } else { '?' });
            target.push_str(&query);
        }
        // Only one that is too long is refused.
        target.parse().map_err(|_| ApiError::TooLong)
    }

    pub(super) fn request(&self, uri: Uri) -> Result<Request<Body>, ApiError> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(uri)
            .header(header::ACCEPT, "application/json");
        if self.body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token);
        }
        let body = self.body.clone().map_or_else(Body::empty, Body::from);
        request.body(body).map_err(|_| ApiError::TooLong)
    }
}

fn filled(template: &str, ids: &[&str]) -> String {
    let mut ids = ids.iter();
    let segments = template.split('/').map(|segment| match segment {
        "{id}" => {
            let id = ids.next().copied().unwrap_or_default();
            utf8_percent_encode(id, NON_ALPHANUMERIC).to_string()
        }
        plain => plain.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::Call;

    fn uri(call: &Call) -> String {
        call.uri("http://api:8081").unwrap().to_string()
    }

    #[test]
    fn uris() {
        let call = Call::get("/places/{id}/reviews", &["a/../b?c"]);
        let call = call.query("include", "user,place").query("limit", "20");
        assert_eq!(
            uri(&call),
            "http://api:8081/api/v1/places/a%2F%2E%2E%2Fb%3Fc/reviews?include=user%2Cplace&limit=20"
        );
        let next = call.follow("/api/v1/states?limit=2&cursor=x".to_owned());
        assert_eq!(uri(&next), "http://api:8081/api/v1/states?limit=2&cursor=x");
    }

    #[test]
    fn a_search_is_followed_by_the_same_search() {
        let call = Call::search("/places_search", &[1]).query("limit", "2");
        let next = call.follow("/api/v1/places_search?cursor=x".to_owned());
        assert_eq!((next.method, next.body), (Method::POST, call.body));
    }

    #[test]
    fn what_may_be_asked_again() {
        let change = |method| Call::change(method, "/states/{id}", &["1"]).is_idempotent();
        assert!(Call::get("/states", &[]).is_idempotent());
        assert!(Call::search("/places_search", &()).is_idempotent());
        assert!(change(Method::PUT) && change(Method::DELETE));
        assert!(!change(Method::POST) && !change(Method::PATCH));
    }

    #[test]
    fn headers() {
        let call = Call::change(Method::POST, "/states", &[]).with(&[1]);
        let request = call.token(Some("secret")).request("/".parse().unwrap());
        let request = request.unwrap();
        assert_eq!(request.headers()["authorization"], "Bearer secret");
        assert_eq!(request.headers()["content-type"], "application/json");
        let call = Call::get("/states", &[]).token(Some("a\nb"));
        let request = call.request("/".parse().unwrap()).unwrap();
        assert!(!request.headers().contains_key("authorization"));
    }
}
