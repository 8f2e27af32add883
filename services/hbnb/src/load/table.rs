//! A report to read.

use std::fmt;

use super::report::{Failures, Latency, Report, Sum};

/// Where a run itself was this late, its latencies tell as much of it as of the site.
const LATE_MS: f64 = 10.0;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.title(f)?;
        writeln!(
            f,
            "{:17} {:>9} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}",
            "", "requests", "failed", "rate/s", "p50 ms", "p90 ms", "p99 ms", "p99.9 ms", "max ms"
        )?;
        for journey in &self.journeys {
            row(f, journey.journey, &journey.sum)?;
            for step in &journey.steps {
                row(f, &format!("  {}", step.step), &step.sum)?;
            }
        }
        row(f, "total", &self.total)?;
        for failures in &self.failures {
            write!(f, "\n{}", told(failures))?;
        }
        self.remarks(f)
    }
}

impl Report {
    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.url)?;
        match (self.rate, self.users) {
            (Some(rate), _) => write!(f, "{rate} requests/s")?,
            (None, users) => write!(f, "{} users", users.unwrap_or_default())?,
        }
        let end = if self.interrupted {
            ", ended early"
        } else {
            ""
        };
        writeln!(f, " for {:.1} s{end}", self.duration_s)
    }

    fn remarks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rate {
            Some(_) => write!(
                f,
                "\nLatencies count from the time at which a request was due."
            )?,
            None => write!(
                f,
                "\nLatencies count from the start of a request: users wait for a slow site."
            )?,
        }
        if self.unfinished > 0 {
            write!(f, "\n{} requests were not waited for.", self.unfinished)?;
        }
        if self.late_ms > LATE_MS {
            write!(
                f,
                "\nA request was started {:.0} ms late here: this machine is too busy to measure well.",
                self.late_ms
            )?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, sum: &Sum) -> fmt::Result {
    write!(
        f,
        "{name:17} {:>9} {:>8} {:>9.1}",
        sum.requests, sum.failed, sum.rate
    )?;
    match sum.latency_ms {
        Some(Latency {
            p50,
            p90,
            p99,
            p999,
            max,
        }) => {
            for value in [p50, p90, p99, p999, max] {
                write!(f, " {value:>8.1}")?;
            }
            writeln!(f)
        }
        None => writeln!(f, " {:>8}", "-"),
    }
}

fn told(failures: &Failures) -> String {
    let Failures {
        cause,
        count,
        first_s,
        last_s,
        example,
    } = failures;
    format!("{count} failed by {cause}, from {first_s:.1} s to {last_s:.1} s, such as {example}")
}
