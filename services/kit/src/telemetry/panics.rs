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
    use std::io::Write;
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    use tracing::subscriber::with_default;

    use super::log;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_one_line() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone());
        let usual = take_hook();
        log();
        let caught = with_default(subscriber.finish(), || {
            catch_unwind(|| panic!("two\nlines"))
        });
        set_hook(usual);
        assert!(caught.is_err());
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(r"two\nlines"), "{text}");
        assert!(text.contains("panics.rs"), "{text}");
    }
}
