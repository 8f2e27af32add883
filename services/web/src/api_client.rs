//! The one way to the API: over HTTP, or as its router in the same process.

mod answer;
mod api;
mod call;
mod error;
mod over_http;
mod url;

pub(crate) use answer::Fetched;
#[cfg(feature = "testing")]
pub(crate) use answer::tag;
pub(crate) use api::Api;
pub(crate) use call::Call;
pub(crate) use error::ApiError;
pub use url::ApiUrl;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response, Uri};
use axum::{BoxError, Router};
use kit::layers::apply_inside;
use kit::telemetry::{self, ClientSpan};
use tokio::time::timeout_at;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use answer::Answer;
use api::Asker;

/// The most of an answer that is read, in bytes: 1,000 places with all that can be included are some 3 MB, 10,000 cities
/// some 2 MB.
const ANSWER_LIMIT: usize = 16 << 20;

/// Asks the API. Clones share its connections.
#[derive(Clone)]
pub struct ApiClient {
    service: BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>,
    /// What stands before the paths of the API, such as `http://127.0.0.1:8081`; nothing in the same process.
    base: Arc<str>,
    /// How long it may take for all that one page needs.
    timeout: Duration,
    /// The most of an answer that is read, in bytes.
    answer_limit: usize,
}

impl ApiClient {
    /// Asks the API at this address, which may take so long for all that a page needs.
    pub fn over_http(url: &ApiUrl, timeout: Duration) -> ApiClient {
        ApiClient {
            service: over_http::client(),
            base: url.base().into(),
            timeout,
            answer_limit: ANSWER_LIMIT,
        }
    }

    /// Asks the API's own router.
    pub fn in_process(api: Router, timeout: Duration) -> ApiClient {
        let api = apply_inside(api).into_service::<Body>();
        let service = api.map_err(|error: Infallible| match error {});
        ApiClient {
            service: BoxCloneSyncService::new(service),
            base: "".into(),
            timeout,
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
        self.ask(&status, &Asker::new(self.timeout)).await.is_ok()
    }

    /// The answer to a call, or to its repetition: a connection that was kept alive may have ended at the very moment.
    async fn ask(&self, call: &Call, asker: &Asker) -> Result<Answer, ApiError> {
        let uri = call.uri(&self.base)?;
        match self.attempt(call, &uri, asker, 0).await {
            Err(ApiError::Unreachable(_)) if call.is_idempotent() => {
                let again = self.attempt(call, &uri, asker, 1).await;
                call.repeated(again)
            }
            done => done,
        }
    }

    /// Sends the call, which has been sent so many times before.
    async fn attempt(
        &self,
        call: &Call,
        uri: &Uri,
        asker: &Asker,
        resends: u32,
    ) -> Result<Answer, ApiError> {
        let span = ClientSpan::begin(&call.method, call.template, uri, resends);
        let sent = async {
            let mut request = call.request(uri.clone())?;
            telemetry::inject(request.headers_mut());
            asker.name(request.headers_mut());
            self.send(request).await
        };
        let done = timeout_at(asker.deadline(), span.cover(sent))
            .await
            .unwrap_or(Err(ApiError::Late(self.timeout)));
        match &done {
            Ok(answer) => span.answered(answer.status.as_u16()),
            Err(error) => span.failed(error.kind()),
        }
        done.and_then(Answer::success)
    }

    async fn send(&self, request: Request<Body>) -> Result<Answer, ApiError> {
        let lost = |error: BoxError| ApiError::lost(&*error);
        let mut service = self.service.clone();
        let service = service.ready().await.map_err(lost)?;
        let response = service.call(request).await.map_err(lost)?;
        Answer::read(response, self.answer_limit).await
    }
}
