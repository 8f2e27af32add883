//! The application server with two workers against one process of plain axum that answers for the same service, and against
//! Gunicorn with a program that answers with the same bytes; then what a master costs that has nothing to do.
//!
//! `cargo bench --package hbnb --bench workers`

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has nothing to tell"
)]

mod contender;
mod idle;
mod peer;

use std::fmt::Write;
use std::process::ExitCode;

use contender::{Contender, Round};
use kit::program;
use rig::Load;
use rig::environment::variable;
use tempfile::TempDir;

const STATUS: &str = "GET /api/v1/status HTTP/1.1\r\nHost: h\r\n\r\n";
const STATUS_AND_CLOSE: &str =
    "GET /api/v1/status HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
const FRESH: Load = Load {
    is_fresh: true,
    ..Load::kept(16, 200)
};
const KEPT: Load = Load::kept(16, 1_000);
/// Reading this body takes the most part of the time of such a request: no object, which is told by 400.
const READING: Load = Load {
    status: 400,
    ..Load::kept(8, 15)
};
const READING_FRESH: Load = Load {
    is_fresh: true,
    ..READING
};
const LISTS: usize = 100_000;
const ROUNDS: usize = 11;
/// How many times the requests that one process of axum on one thread answers.
const FRESH_GOAL: f64 = 1.0;
const READING_GOAL: f64 = 1.6;

fn main() -> ExitCode {
    let mut form = std::env::args().skip_while(|arg| arg != "--serve").skip(1);
    if let Some(form) = form.next() {
        return peer::serve(&form);
    }
    program::run("workers", async || {
        compare().await;
        idle::measure().await;
        Ok(ExitCode::SUCCESS)
    })
}

async fn compare() {
    let folder = TempDir::new().unwrap();
    let mut all = vec![
        Contender::hbnb(folder.path()).await,
        Contender::axum("axum, one thread"),
        Contender::axum("axum, a thread a core"),
    ];
    match variable("HBNB_TEST_GUNICORN") {
        Some(gunicorn) => all.extend(Contender::gunicorn(&gunicorn, folder.path()).await),
        None => println!("gunicorn: skipped, HBNB_TEST_GUNICORN is not set: make bench sets it"),
    }
    let all: Vec<&Contender> = all.iter().collect();
    let some = |is_asked: fn(&&&Contender) -> bool| -> Vec<&Contender> {
        all.iter().filter(is_asked).copied().collect()
    };
    Question::new("kept connections", KEPT, STATUS.to_owned())
        .compare(&some(|one| one.keeps), None)
        .await;
    Question::new("fresh connections", FRESH, STATUS_AND_CLOSE.to_owned())
        .compare(&all, Some(FRESH_GOAL))
        .await;
    // Where connections are kept, chance parts them among the workers once and for all.
    let apis = some(|one| one.reads);
    Question::new("300 kB of JSON, kept", READING, reading("keep-alive"))
        .compare(&apis, None)
        .await;
    Question::new("300 kB of JSON, fresh", READING_FRESH, reading("close"))
        .compare(&apis, Some(READING_GOAL))
        .await;
    for contender in &all {
        println!(
            "{}: {:.1} MB of memory",
            contender.name,
            contender.megabytes()
        );
    }
}

/// One that is not an object, of many small parts.
fn reading(connection: &str) -> String {
    let body = format!("[{}0]", "[],".repeat(LISTS));
    let length = body.len();
    format!(
        "POST /api/v1/states HTTP/1.1\r\nHost: h\r\nConnection: {connection}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// What all are asked.
struct Question {
    what: &'static str,
    load: Load,
    request: String,
}

impl Question {
    fn new(what: &'static str, load: Load, request: String) -> Question {
        Question {
            what,
            load,
            request,
        }
    }

    /// Round by round, so that what else the machine has to do hits all; of the ratios to the second, the one in the middle.
    async fn compare(&self, all: &[&Contender], goal: Option<f64>) {
        let mut rounds: Vec<Vec<Round>> = vec![Vec::new(); all.len()];
        for round in 0..=ROUNDS {
            for (contender, rounds) in all.iter().zip(&mut rounds) {
                let told = contender.run(self.load, &self.request).await;
                // The first round only warms up.
                rounds.extend((round > 0).then_some(told));
            }
        }
        let bodies = rounds.iter().map(|rounds| rounds[0].body);
        assert!(
            bodies.clone().min() == bodies.max(),
            "they answer differently"
        );
        println!("{}:", self.what);
        for (contender, own) in all.iter().zip(&rounds) {
            println!("  {:<24}{}", contender.name, told(own, &rounds[1]));
        }
        let ratio = ratio(&rounds[0], &rounds[1]);
        if let Some(goal) = goal {
            println!("  two workers against one thread: {ratio:.2} (goal {goal})");
            assert!(ratio >= goal, "{}: {ratio:.2}", self.what);
        }
    }
}

/// What one has done, and how many times what another has.
fn told(own: &[Round], other: &[Round]) -> String {
    let mut line = String::new();
    let rate = median(own.iter().map(|round| round.rate));
    let micros = median(own.iter().map(|round| round.micros));
    write!(
        line,
        "{rate:>8.0} a second  {micros:>7.1} µs of processor time each"
    )
    .unwrap();
    write!(line, "  {:>5.2} times axum", ratio(own, other)).unwrap();
    line
}

fn ratio(own: &[Round], other: &[Round]) -> f64 {
    median(
        own.iter()
            .zip(other)
            .map(|(own, other)| own.rate / other.rate),
    )
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
