//! The API as a handler has it.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::{Extension, RequestPartsExt};
use kit::layers::{REQUEST_ID, RequestId};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::{ApiClient, ApiError, Call, Fetched};

/// The API, asked in the name of one request, whose id it sees too. All its answers together have one time limit.
#[derive(Clone)]
pub(crate) struct Api {
    client: ApiClient,
    asker: Asker,
}

impl Api {
    /// The answer to a call.
    pub(crate) async fn fetch<T: DeserializeOwned>(
        &self,
        call: &Call,
    ) -> Result<Fetched<T>, ApiError> {
        self.client.ask(call, &self.asker).await?.understood()
    }

    /// The same with a time limit of its own, for what is asked while the client reads.
    pub(crate) fn anew(&self) -> Api {
        let client = self.client.clone();
        let asker = Asker {
            id: self.asker.id.clone(),
            ..Asker::new(client.timeout)
        };
        Api { client, asker }
    }
}

impl<S> FromRequestParts<S> for Api
where
    S: Send + Sync,
    ApiClient: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Api, Infallible> {
        let client = ApiClient::from_ref(state);
        let id = parts.extract::<Option<Extension<RequestId>>>().await;
        let asker = Asker {
            id: id.ok().flatten().map(|Extension(id)| id),
            ..Asker::new(client.timeout)
        };
        Ok(Api { client, asker })
    }
}

/// Who asks, and until when it waits.
#[derive(Clone)]
pub(super) struct Asker {
    id: Option<RequestId>,
    timeout: Duration,
    deadline: Arc<OnceLock<Instant>>,
}

impl Asker {
    /// Nobody by name, who waits so long from the first question on.
    pub(super) fn new(timeout: Duration) -> Asker {
        Asker {
            id: None,
            timeout,
            deadline: Arc::default(),
        }
    }

    /// When the last answer must be there. The time runs from the first question on, so that the API is not blamed for a
    /// form that arrives slowly.
    pub(super) fn deadline(&self) -> Instant {
        *self.deadline.get_or_init(|| Instant::now() + self.timeout)
    }

    /// Gives a question the id of the request that it is asked for.
    pub(super) fn name(&self, headers: &mut HeaderMap) {
        let id = self.id.as_ref();
        if let Some(id) = id.and_then(|id| id.as_str().parse().ok()) {
            headers.insert(REQUEST_ID, id);
        }
    }
}
