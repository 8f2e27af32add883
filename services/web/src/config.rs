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
    "How long the API may take for all that a page needs",
    some_time,
)];

/// Without a limit a page would wait for an API that hangs.
fn some_time(text: &str) -> Result<(), String> {
    match text.parse::<Span>()? {
        Span(Duration::ZERO) => Err("give a time such as 3s; there is always a limit".to_owned()),
        _ => Ok(()),
    }
}

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

    /// How long the API may take for all that a page needs.
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

#[cfg(test)]
mod tests {
    use super::some_time;

    #[test]
    fn there_is_always_a_limit() {
        assert_eq!(some_time("3s"), Ok(()));
        assert!(some_time("0").unwrap_err().contains("always a limit"));
        assert!(some_time("soon").unwrap_err().contains("give a time"));
    }
}
