//! The options of the API, shared by `hbnb-api` and `hbnb`.

use domain::{Options, display_url};
use kit::config::{Opt, Secret, Settings, Size, Span, parses, whole};
use serde::Deserialize;

use crate::Manners;

/// The option that names the database.
pub const fn database_url(default: &'static str) -> Opt {
    Opt::new(
        "database_url",
        default,
        "URL",
        "sqlite:FILE or postgres://USER@HOST/DATABASE",
        database_kind,
    )
    .secret()
    .shown_by(display_url)
}

/// The option that says how long a database is waited for.
pub const fn database_wait(default: &'static str) -> Opt {
    Opt::new(
        "database_wait",
        default,
        "TIME",
        "How long a database that refuses or is starting up is waited for",
        parses::<Span>,
    )
}

/// The options of the API, without [`database_url`] and [`database_wait`], whose defaults differ.
pub const OPTIONS: &[Opt] = &[
    Opt::new(
        "database_password",
        "",
        "TEXT",
        "Put into a PostgreSQL URL that has none",
        parses::<String>,
    )
    .secret(),
    Opt::new(
        "database_pool_min",
        "0",
        "NUMBER",
        "Connections kept open even when idle (PostgreSQL)",
        whole::<u32>,
    ),
    Opt::new(
        "database_pool_max",
        "8",
        "NUMBER",
        "The most connections open at once (SQLite: 4 readers)",
        connections,
    ),
    Opt::new(
        "database_acquire_timeout",
        "5s",
        "TIME",
        "How long a query waits for a connection",
        parses::<Span>,
    ),
    Opt::new(
        "database_statement_timeout",
        "30s",
        "TIME",
        "How long PostgreSQL works on one statement; 0 for no limit",
        parses::<Span>,
    ),
    Opt::new(
        "body_limit",
        "1MiB",
        "SIZE",
        "The largest request body that is read; a larger one is answered with 413",
        parses::<Size>,
    ),
    Opt::new(
        "api_token",
        "",
        "TEXT",
        "When set, writes need it as Authorization: Bearer",
        parses::<String>,
    )
    .secret(),
    Opt::new(
        "cors_origins",
        "*",
        "LIST",
        "Origins that browsers may call from: *, or several, comma-separated",
        origins,
    ),
];

/// The values of [`database_url`], [`database_wait`] and [`OPTIONS`].
#[derive(Clone, Debug, Deserialize)]
pub struct ApiConfig {
    database_url: Secret,
    database_wait: Span,
    database_password: Option<Secret>,
    database_pool_min: u32,
    database_pool_max: u32,
    database_acquire_timeout: Span,
    database_statement_timeout: Span,
    body_limit: Size,
    api_token: Option<Secret>,
    cors_origins: String,
}

impl ApiConfig {
    /// The values as the settings have them.
    pub fn read(settings: &Settings) -> Result<ApiConfig, kit::config::ConfigError> {
        settings.get()
    }

    /// How to open the database.
    pub fn database(&self) -> Options {
        Options {
            url: self.database_url.expose().to_owned(),
            password: self
                .database_password
                .as_ref()
                .map(|password| password.expose().to_owned()),
            create: true,
            wait: self.database_wait.0,
            min_connections: self.database_pool_min.min(self.database_pool_max),
            max_connections: self.database_pool_max,
            acquire_timeout: self.database_acquire_timeout.0,
            statement_timeout: self.database_statement_timeout.0,
        }
    }

    /// How to treat clients.
    pub fn manners(&self) -> Manners {
        Manners {
            body_limit: usize::try_from(self.body_limit.0).unwrap_or(usize::MAX),
            token: self.api_token.clone(),
            cors_origins: self.cors_origins.clone(),
        }
    }
}

fn database_kind(url: &str) -> Result<(), String> {
    Options::new(url).check().map_err(|error| error.to_string())
}

/// A bound on connections: a server admits some hundreds, and each takes memory on both sides.
fn connections(text: &str) -> Result<(), String> {
    match text.parse::<u32>() {
        Ok(1..=1000) => Ok(()),
        _ => Err("give a whole number from 1 to 1000".into()),
    }
}

fn origins(text: &str) -> Result<(), String> {
    let is_origin = |origin: &str| match origin.split_once("://") {
        Some((scheme, host)) => !scheme.is_empty() && !host.is_empty() && !host.contains('/'),
        None => origin == "*",
    };
    if text.split(',').all(|origin| is_origin(origin.trim())) {
        return Ok(());
    }
    Err("give *, or origins such as https://shop.example:8443, without a path".into())
}
