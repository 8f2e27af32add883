//! Progress of what takes longer than a second. Drawn on a terminal only.

use indicatif::{ProgressBar, ProgressStyle};
use kit::program;

pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn rows(what: &'static str) -> Progress {
        Progress::new(what, "{msg} {wide_bar} {human_pos}/{human_len} {eta}")
    }

    pub(crate) fn bytes(what: &'static str) -> Progress {
        Progress::new(what, "{msg} {wide_bar} {bytes}/{total_bytes} {eta}")
    }

    fn new(what: &'static str, template: &str) -> Progress {
        let bar = ProgressBar::new(0).with_message(what);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress(bar)
    }

    pub(crate) fn at(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }

    /// Writes a line above the bar.
    pub(crate) fn line(&self, line: &str) {
        // A standard output that takes no more must not end what goes on.
        let _ = self.0.suspend(|| program::say(line));
    }

    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
