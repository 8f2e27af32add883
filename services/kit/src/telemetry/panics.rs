//! Panics, as lines of the log like others.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{PanicHookInfo, set_hook};

use tracing::field::display;

/// From here on a panic is one line of the log; with a backtrace if `RUST_BACKTRACE` asks for one.
pub(super) fn log() {
    set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(display);
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    let backtrace = captured.then(|| display(backtrace));
    tracing::error!(target: "panic", location, backtrace, "{message}");
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing::subscriber::with_default;
    use tracing::{Event, Subscriber};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt};

    use super::log;
    use crate::telemetry::json::object;

    #[derive(Clone, Default)]
    struct Objects(Arc<Mutex<Vec<u8>>>);

    impl<S: Subscriber> Layer<S> for Objects {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            object(&mut self.0.lock().unwrap(), event).unwrap();
        }
    }

    #[test]
    fn a_panic_is_one_line() {
        let objects = Objects::default();
        let subscriber = tracing_subscriber::registry().with(objects.clone());
        let usual = take_hook();
        log();
        let caught = with_default(subscriber, || catch_unwind(|| panic!("two\nlines")));
        set_hook(usual);
        assert!(caught.is_err());
        let object: Value = serde_json::from_slice(&objects.0.lock().unwrap()).unwrap();
        assert_eq!(object["message"], "two\nlines");
        let location = object["location"].as_str().unwrap();
        assert!(location.contains("panics.rs:"), "{location}");
    }
}
