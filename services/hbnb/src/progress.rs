//! Progress of what takes longer than a second. Bars are drawn on a terminal only.

use std::io::Write;

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

    /// A line of text that is written anew as things go on.
    pub(crate) fn line_of_text() -> Progress {
        Progress::new("", "{wide_msg}")
    }

    /// Whether there is a terminal to draw on.
    pub(crate) fn is_drawn(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Writes a [`line_of_text`](Progress::line_of_text) anew, or one more line where nothing is drawn.
    pub(crate) fn tell(&self, line: String) {
        if self.is_drawn() {
            self.0.set_message(line);
        } else {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
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

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
