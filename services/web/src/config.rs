//! The options of the pages, shared by `hbnb-web` and `hbnb`.

use std::time::Duration;

use kit::config::{ConfigError, Opt, Settings, Span, parses};
use serde::Deserialize;

use crate::api_client::ApiUrl;

/// The option that says where the API is. `hbnb` has no need of it.
pub const API_URL: Opt = Opt::new(
    "api_url",
    "",
    "URL",
    "Where the API answers: http://HOST:PORT",
    parses::<ApiUrl>,
);

/// The options of the pages, without [`API_URL`].
pub const OPTIONS: &[Opt] = &[Opt::new(
    "api_timeout",
    "3s",
    "TIME",
    "How long the API may take for each thing that a page needs",
    parses::<Span>,
)];

/// The values of [`OPTIONS`].
#[derive(Clone, Debug, Deserialize)]
pub struct WebConfig {
    api_timeout: Span,
}

impl WebConfig {
    /// The values as the settings have them.
    pub fn read(settings: &Settings) -> Result<WebConfig, ConfigError> {
        settings.get()
    }

    /// How long each call of the API may take.
    pub fn api_timeout(&self) -> Duration {
        self.api_timeout.0
    }
}

/// Where the API is, which `hbnb-web` must be told.
#[derive(Clone, Debug, Deserialize)]
pub struct ApiAt {
    /// The address.
    pub api_url: ApiUrl,
}

impl ApiAt {
    /// The value as the settings have it.
    pub fn read(settings: &Settings) -> Result<ApiAt, ConfigError> {
        settings.get()
    }
}
