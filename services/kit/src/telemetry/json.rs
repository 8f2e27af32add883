//! The log as JSON: one flat object a line. Made for every request, it goes straight to bytes.

use std::cell::RefCell;
use std::fmt;
use std::time::SystemTime;

use serde::Serializer as _;
use serde::ser::{Serialize, SerializeMap};
use serde_json::Serializer;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::sink::Sink;

/// The most memory that a thread keeps for its next line, in bytes.
const KEPT: usize = 64 * 1024;

thread_local! {
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes each event as `timestamp` (RFC 3339, UTC), `level`, `target` and the event's own fields, `message` among them.
pub(super) struct Json(pub(super) &'static Sink);

impl<S: Subscriber> Layer<S> for Json {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        LINE.with(|line| match line.try_borrow_mut() {
            Ok(mut line) => {
                self.write(&mut line, event);
                line.clear();
                line.shrink_to(KEPT);
            }
            // An event inside the formatting of another.
            Err(_) => self.write(&mut Vec::new(), event),
        });
    }
}

impl Json {
    fn write(&self, line: &mut Vec<u8>, event: &Event<'_>) {
        if object(line, event).is_ok() {
            line.push(b'\n');
            self.0.put(line, *event.metadata().level());
        }
    }
}

/// Appends the event as an object, without the end of the line.
pub(super) fn object(line: &mut Vec<u8>, event: &Event<'_>) -> serde_json::Result<()> {
    // Of an event that came by the `log` crate, it is the fields that name the target.
    let normal = event.normalized_metadata();
    let metadata = normal.as_ref().unwrap_or_else(|| event.metadata());
    let now = humantime::format_rfc3339_micros(SystemTime::now());
    let mut serializer = Serializer::new(line);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("timestamp", &Shown(format_args!("{now}")))?;
    map.serialize_entry("level", metadata.level().as_str())?;
    map.serialize_entry("target", metadata.target())?;
    let mut fields = Fields { map, done: Ok(()) };
    event.record(&mut fields);
    fields.done?;
    fields.map.end()
}

struct Shown<'a>(fmt::Arguments<'a>);

impl Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Goes on to the end of the fields, and keeps the first error.
struct Fields<M: SerializeMap> {
    map: M,
    done: Result<(), M::Error>,
}

impl<M: SerializeMap> Fields<M> {
    fn put(&mut self, field: &Field, value: &(impl Serialize + ?Sized)) {
        let name = field.name();
        if self.done.is_ok() && !name.starts_with("log.") {
            let name = name.strip_prefix("r#").unwrap_or(name);
            self.done = self.map.serialize_entry(name, value);
        }
    }
}

impl<M: SerializeMap> Visit for Fields<M> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, &Shown(format_args!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tracing::subscriber::with_default;
    use tracing::{Event, Subscriber};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt};

    use super::object;

    struct Compare(Value);

    impl<S: Subscriber> Layer<S> for Compare {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            let mut line = Vec::new();
            object(&mut line, event).unwrap();
            let mut value: Value = serde_json::from_slice(&line).unwrap();
            let time = value["timestamp"].take();
            let time = time.as_str().unwrap();
            assert!(
                humantime::parse_rfc3339(time).is_ok() && time.len() == 27,
                "{time}"
            );
            assert_eq!(value, self.0);
        }
    }

    #[test]
    fn an_event_of_the_log_crate() {
        let wanted = json!({
            "timestamp": null,
            "level": "WARN",
            "target": "elsewhere",
            "message": "said so",
        });
        let record = log::Record::builder()
            .level(log::Level::Warn)
            .target("elsewhere")
            .args(format_args!("said so"))
            .file(Some("elsewhere.rs"))
            .build();
        let layer = tracing_subscriber::registry().with(Compare(wanted));
        with_default(layer, || tracing_log::format_trace(&record).unwrap());
    }

    #[test]
    fn every_kind_of_field() {
        let wanted = json!({
            "timestamp": null,
            "level": "WARN",
            "target": "t",
            "message": "a \"b\"\n\u{1}\u{e9}",
            "text": "\t\u{7f}",
            "shown": "[\"x\"]",
            "whole": -1,
            "part": 0.5,
            "no": null,
            "yes": true,
        });
        let layer = tracing_subscriber::registry().with(Compare(wanted));
        with_default(layer, || {
            tracing::warn!(
                target: "t",
                text = "\t\u{7f}",
                shown = ?["x"],
                whole = -1,
                part = 0.5,
                no = f64::NAN,
                yes = true,
                "a \"b\"\n\u{1}{}", '\u{e9}'
            );
        });
    }
}
