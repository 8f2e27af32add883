//! What the environment says of traces.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::Sampler;

use super::endpoint::Endpoint;
use super::sampler::sampler;
use super::variable::{Variable, VariableError, boolean, milliseconds, number, pairs};
use crate::config::Env;

/// Who speaks in the spans.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// `service.name`, unless `OTEL_SERVICE_NAME` says otherwise.
    pub name: &'static str,
    /// `service.version`.
    pub version: &'static str,
}

/// How spans are made and sent.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) endpoint: Endpoint,
    pub(super) sampler: Sampler,
    pub(super) resource: Resource,
    pub(super) batches: Batches,
}

/// How spans wait and leave. The defaults are OpenTelemetry's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batches {
    /// How many spans wait at most; more are dropped.
    pub(super) queue: usize,
    /// How many leave at once at most.
    pub(super) size: usize,
    /// How long the first of a batch waits for others.
    pub(super) delay: Duration,
    /// How long a batch may take to leave.
    pub(super) timeout: Duration,
}

impl Settings {
    /// What the environment says; `None` if there is to be no tracing.
    pub(super) fn read(env: &Env, service: Service) -> Result<Option<Settings>, VariableError> {
        if boolean(env, "OTEL_SDK_DISABLED")? || !exported(env)? {
            return Ok(None);
        }
        let Some(endpoint) = Endpoint::read(env)? else {
            return Ok(None);
        };
        Ok(Some(Settings {
            endpoint,
            sampler: sampler(env)?,
            resource: resource(env, service)?,
            batches: Batches::read(env)?,
        }))
    }
}

impl Batches {
    fn read(env: &Env) -> Result<Batches, VariableError> {
        let queue = number(env, "OTEL_BSP_MAX_QUEUE_SIZE", 2048)?;
        let most = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
        let size = number(env, most, 512.min(queue))?;
        if let Some(variable) = Variable::first(env, &[most])
            && size > queue
        {
            return Err(variable.wrong(format!("give at most the size of the queue, {queue}")));
        }
        let time = |name, default| milliseconds(env, &[name], Duration::from_secs(default));
        Ok(Batches {
            queue,
            size,
            delay: time("OTEL_BSP_SCHEDULE_DELAY", 5)?,
            timeout: time("OTEL_BSP_EXPORT_TIMEOUT", 30)?,
        })
    }
}

fn exported(env: &Env) -> Result<bool, VariableError> {
    match Variable::first(env, &["OTEL_TRACES_EXPORTER"]) {
        None => Ok(true),
        Some(is) if is.value == "otlp" => Ok(true),
        Some(is) if is.value == "none" => Ok(false),
        Some(is) => Err(is.wrong("give otlp or none")),
    }
}

fn resource(env: &Env, service: Service) -> Result<Resource, VariableError> {
    let given = match Variable::first(env, &["OTEL_RESOURCE_ATTRIBUTES"]) {
        None => Vec::new(),
        Some(is) => {
            pairs(is.value).ok_or_else(|| is.wrong("give pairs such as key=value,key2=value2"))?
        }
    };
    // Later ones replace earlier ones.
    let builder = Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attribute(KeyValue::new("service.name", service.name))
        .with_attribute(KeyValue::new("service.version", service.version))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            uuid::Uuid::new_v4().to_string(),
        ))
        .with_attributes(
            given
                .into_iter()
                .map(|(key, value)| KeyValue::new(key, value)),
        );
    Ok(match Variable::first(env, &["OTEL_SERVICE_NAME"]) {
        Some(is) => builder.with_service_name(is.value.to_owned()),
        None => builder,
    }
    .build())
}

#[cfg(test)]
mod tests {
    use opentelemetry::{Key, Value};

    use super::{Service, Settings};
    use crate::config::Env;

    const COLLECTOR: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let service = Service {
            name: "kit",
            version: "1.2.3",
        };
        let env = Env::of([COLLECTOR].iter().chain(pairs).copied());
        Settings::read(&env, service).map_err(|error| error.to_string())
    }

    #[test]
    fn off() {
        assert!(read(&[COLLECTOR]).unwrap().is_some());
        for pair in [
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        ] {
            assert!(read(&[pair]).unwrap().is_none(), "{pair:?}");
        }
    }

    #[test]
    fn resource() {
        let get = |settings: &Settings, key: &'static str| {
            let value: Option<Value> = settings.resource.get(&Key::new(key));
            value.map(|value| value.to_string())
        };
        let plain = read(&[]).unwrap().unwrap();
        assert_eq!(get(&plain, "service.name").as_deref(), Some("kit"));
        assert_eq!(get(&plain, "service.version").as_deref(), Some("1.2.3"));
        assert!(get(&plain, "service.instance.id").is_some());
        let given = "service.name=a,service.instance.id=pod%2D1,deployment.environment.name=test";
        let given = ("OTEL_RESOURCE_ATTRIBUTES", given);
        let told = read(&[given, ("OTEL_SERVICE_NAME", "b")]).unwrap().unwrap();
        assert_eq!(get(&told, "service.name").as_deref(), Some("b"));
        assert_eq!(get(&told, "service.instance.id").as_deref(), Some("pod-1"));
        assert_eq!(
            get(&told, "deployment.environment.name").as_deref(),
            Some("test")
        );
    }

    #[test]
    fn batches() {
        let plain = read(&[]).unwrap().unwrap().batches;
        assert_eq!((plain.queue, plain.size), (2048, 512));
        assert_eq!((plain.delay.as_secs(), plain.timeout.as_secs()), (5, 30));
        let small = read(&[("OTEL_BSP_MAX_QUEUE_SIZE", "8")]).unwrap().unwrap();
        assert_eq!((small.batches.queue, small.batches.size), (8, 8));
    }

    #[test]
    fn wrong() {
        for (name, value) in [
            ("OTEL_SDK_DISABLED", "yes"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.name"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096"),
            ("OTEL_BSP_SCHEDULE_DELAY", "5s"),
            ("OTEL_BSP_EXPORT_TIMEOUT", "-1"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            let wanted = format!("the variable {name} has a wrong value {value:?}: give ");
            assert!(error.starts_with(&wanted), "{error}");
        }
    }
}
