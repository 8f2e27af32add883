//! The one way to the API: over HTTP, or as its router in the same process.

mod call;
mod error;
mod over_http;

pub(crate) use call::Call;
pub(crate) use error::ApiError;
pub use over_http::ApiUrl;

use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use axum::{BoxError, RequestPartsExt};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kit::layers::{Failure, RequestId, apply_inside};
use kit::telemetry::{self, ClientSpan};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

/// The most of an answer that is read, in bytes: 1,000 places with all that can be included are some 3 MB, 10,000 cities
/// some 2 MB.
const ANSWER_LIMIT: usize = 16 << 20;

/// Asks the API. Clones share its connections.
#[derive(Clone)]
pub struct ApiClient {
    service: BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>,
    /// What stands before the paths of the API, such as `http://127.0.0.1:8081`; nothing in the same process.
    base: Arc<str>,
    /// How long an answer may take as a whole, another attempt included.
    deadline: Duration,
    /// The most of an answer that is read, in bytes.
    answer_limit: usize,
}

/// What the API has answered.
#[derive(Debug)]
pub(crate) struct Fetched<T> {
    pub(crate) value: T,
    /// The path and query of the page of the list that follows.
    pub(crate) next: Option<String>,
    /// Two answers with the same tag are the same.
    pub(crate) tag: u64,
}

impl<T> Fetched<T> {
    /// The cursor of the page that follows.
    pub(crate) fn cursor(&self) -> Option<String> {
        let query = self.next.as_ref()?.split_once('?')?.1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == "cursor")
            .map(|(_, value)| value.into_owned())
    }
}

impl ApiClient {
    /// Asks the API at this address.
    pub fn over_http(url: &ApiUrl, deadline: Duration) -> ApiClient {
        ApiClient {
            service: over_http::client(),
            base: url.base().into(),
            deadline,
            answer_limit: ANSWER_LIMIT,
        }
    }

    /// Asks the API's own router.
    pub fn in_process(api: Router, deadline: Duration) -> ApiClient {
        let api = apply_inside(api).into_service::<Body>();
        let service = api.map_err(|error: Infallible| match error {});
        ApiClient {
            service: BoxCloneSyncService::new(service),
            base: "".into(),
            deadline,
            answer_limit: ANSWER_LIMIT,
        }
    }

    /// The same for answers of at most so many bytes.
    pub fn with_answer_limit(self, answer_limit: usize) -> ApiClient {
        ApiClient {
            answer_limit,
            ..self
        }
    }

    /// Whether the API answers at all.
    pub(crate) async fn answers(&self) -> bool {
        let status = Call::get("/status", &[]);
        self.ask(&status, None).await.is_ok()
    }

    async fn ask(&self, call: &Call, id: Option<&RequestId>) -> Result<Answer, ApiError> {
        let uri = call.uri(&self.base)?;
        let span = ClientSpan::begin(&call.method, call.template, &uri);
        let asked = async {
            let attempt = || async {
                let mut request = call.request(uri.clone())?;
                telemetry::inject(request.headers_mut());
                if let Some(id) = id.and_then(|id| id.as_str().parse().ok()) {
                    request.headers_mut().insert("x-request-id", id);
                }
                self.attempt(request).await
            };
            match attempt().await {
                // A connection that was kept alive may have ended at the very moment.
                Err(ApiError::Unreachable(_)) if call.is_safe => attempt().await,
                done => done,
            }
        };
        let done = match timeout(self.deadline, span.cover(asked)).await {
            Ok(done) => done,
            Err(_) => Err(ApiError::Late(self.deadline)),
        };
        match &done {
            Ok(answer) => span.answered(answer.status.as_u16()),
            Err(error) => span.failed(error.kind()),
        }
        done.and_then(Answer::success)
    }

    async fn attempt(&self, request: Request<Body>) -> Result<Answer, ApiError> {
        let unreachable = |error: BoxError| ApiError::unreachable(&*error);
        let mut service = self.service.clone();
        let service = service.ready().await.map_err(unreachable)?;
        let response = service.call(request).await.map_err(unreachable)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.answer_limit).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => ApiError::TooLarge(self.answer_limit),
            false => unreachable(error),
        })?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
            failure: head.extensions.get().cloned(),
        })
    }
}

/// An answer of the API as it came.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    /// Why the API failed, if it did so in this process.
    failure: Option<Failure>,
}

impl Answer {
    fn success(self) -> Result<Answer, ApiError> {
        if self.status.is_success() {
            return Ok(self);
        }
        if self.status.is_server_error() {
            return Err(ApiError::Failed(self.status, self.failure));
        }
        #[derive(serde::Deserialize)]
        struct Told {
            error: String,
        }
        let told = serde_json::from_slice::<Told>(&self.body);
        let told = told.map_err(|error| ApiError::Garbage(error.to_string()))?;
        Err(ApiError::Refused(self.status, told.error))
    }

    fn next(&self) -> Option<String> {
        let links = self.headers.get(header::LINK)?.to_str().ok()?;
        let next = links.strip_suffix(">; rel=\"next\"")?.strip_prefix('<')?;
        Some(next.to_owned())
    }

    fn tag(&self) -> u64 {
        tag(&self.body, self.headers.get(header::LINK))
    }
}

/// What tells an answer from others.
pub(crate) fn tag(body: &[u8], link: Option<&HeaderValue>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (body, link).hash(&mut hasher);
    hasher.finish()
}

/// The API, asked in the name of one request, whose id it sees too.
#[derive(Clone)]
pub(crate) struct Api {
    client: ApiClient,
    id: Option<RequestId>,
}

impl Api {
    /// The answer to a call.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<Fetched<T>, ApiError> {
        let answer = self.client.ask(call, self.id.as_ref()).await?;
        let value = serde_json::from_slice(&answer.body);
        Ok(Fetched {
            value: value.map_err(|error| ApiError::Garbage(error.to_string()))?,
            next: answer.next(),
            tag: answer.tag(),
        })
    }
}

impl<S> FromRequestParts<S> for Api
where
    S: Send + Sync,
    ApiClient: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Api, Infallible> {
        let id = parts.extract::<Option<axum::Extension<RequestId>>>().await;
        Ok(Api {
            client: ApiClient::from_ref(state),
            id: id.ok().flatten().map(|axum::Extension(id)| id),
        })
    }
}
