//! Where spans are sent, and how: the `OTEL_EXPORTER_OTLP_*` variables.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use super::variable::{Variable, VariableError, milliseconds, pairs};
use crate::config::Env;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// OpenTelemetry's default.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How spans are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http,
    Grpc,
}

/// Where spans are sent.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) protocol: Protocol,
    pub(super) headers: HeaderMap,
    pub(super) timeout: Duration,
}

impl Endpoint {
    /// What the environment says; `None` if it names no collector.
    pub(super) fn read(env: &Env) -> Result<Option<Endpoint>, VariableError> {
        let Some(variable) = Variable::first(env, &[TRACES_ENDPOINT, ENDPOINT]) else {
            return Ok(None);
        };
        let protocol = protocol(env)?;
        uncompressed(env)?;
        Ok(Some(Endpoint {
            url: url(variable, protocol)?,
            protocol,
            headers: headers(env)?,
            timeout: milliseconds(
                env,
                &[
                    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
                    "OTEL_EXPORTER_OTLP_TIMEOUT",
                ],
                TIMEOUT,
            )?,
        }))
    }
}

fn protocol(env: &Env) -> Result<Protocol, VariableError> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    match Variable::first(env, &names) {
        None => Ok(Protocol::Http),
        Some(is) if is.value == "http/protobuf" => Ok(Protocol::Http),
        Some(is) if is.value == "grpc" => Ok(Protocol::Grpc),
        Some(is) => Err(is.wrong("give http/protobuf or grpc")),
    }
}

/// The endpoint of all signals is a base to which OTLP over HTTP adds its path; the one of traces is taken as it is.
fn url(variable: Variable<'_>, protocol: Protocol) -> Result<String, VariableError> {
    let right = match protocol {
        Protocol::Http => "give the collector's URL, such as http://localhost:4318",
        Protocol::Grpc => "give the collector's URL, such as http://localhost:4317",
    };
    let wrong = |problem: &str| match variable.value.contains('@') {
        true => variable.wrong_secret(problem),
        false => variable.wrong(problem),
    };
    let uri: Uri = variable.value.parse().map_err(|_| wrong(right))?;
    match (uri.scheme_str(), uri.authority()) {
        (Some("http"), Some(to)) if !to.as_str().contains('@') && uri.query().is_none() => {}
        (Some("https"), _) => {
            return Err(wrong(
                "spans are sent without TLS: give the http:// URL of a collector in this network",
            ));
        }
        _ => return Err(wrong(right)),
    }
    let url = uri.to_string();
    if protocol == Protocol::Http && variable.name == ENDPOINT {
        return Ok(format!("{}/v1/traces", url.trim_end_matches('/')));
    }
    Ok(url)
}

fn headers(env: &Env) -> Result<HeaderMap, VariableError> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    let Some(variable) = Variable::first(env, &names) else {
        return Ok(HeaderMap::new());
    };
    let header = |(name, value): (String, String)| {
        let name: HeaderName = name.parse().ok()?;
        let mut value: HeaderValue = value.parse().ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    pairs(variable.value)
        .and_then(|pairs| pairs.into_iter().map(header).collect())
        .ok_or_else(|| variable.wrong_secret("give headers such as name=value,name2=value2"))
}

fn uncompressed(env: &Env) -> Result<(), VariableError> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
        "OTEL_EXPORTER_OTLP_COMPRESSION",
    ];
    match Variable::first(env, &names) {
        None => Ok(()),
        Some(is) => Err(is.wrong("spans are sent uncompressed: take it away")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Protocol};
    use crate::config::Env;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Endpoint>, String> {
        Endpoint::read(&Env::of(pairs.iter().copied())).map_err(|error| error.to_string())
    }

    fn url(pairs: &[(&str, &str)]) -> String {
        read(pairs).unwrap().unwrap().url
    }

    #[test]
    fn urls() {
        assert!(read(&[]).unwrap().is_none());
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other:1/x");
        let grpc = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        assert_eq!(url(&[base]), "http://collector:4318/v1/traces");
        assert_eq!(url(&[base, own]), "http://other:1/x");
        assert_eq!(url(&[base, grpc]), "http://collector:4318/");
        let below = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector/otlp/");
        assert_eq!(url(&[below]), "http://collector/otlp/v1/traces");
    }

    #[test]
    fn options() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let endpoint = read(&[
            base,
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "X-Key=a%20b, tenant=c=d"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ])
        .unwrap()
        .unwrap();
        assert_eq!(endpoint.protocol, Protocol::Grpc);
        assert_eq!(endpoint.headers["x-key"], "a b");
        assert_eq!(endpoint.headers["tenant"], "c=d");
        assert_eq!(endpoint.timeout.as_millis(), 2500);
    }

    #[test]
    fn wrong() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ] {
            let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
            let error = read(&[base, (name, value)]).unwrap_err();
            assert!(
                error.contains(&format!("{name} has a wrong value")),
                "{error}"
            );
            assert!(error.contains(&format!("{value:?}: ")), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_told() {
        let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hunter2@collector"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a key=hunter2"),
        ] {
            let error = read(&[base, (name, value)]).unwrap_err();
            assert!(error.contains(name), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
