//! What a run must not come to: `errors>0`, `p99>200ms`.

use std::fmt;
use std::str::FromStr;

use kit::config::Span;
use serde::Serialize;

use super::report::{Latency, Report};

const RIGHT: &str = "give one of errors, dropped, requests, rate, p50, p90, p99, p99.9, max, then > or <, \
     then a number, a share such as 1% (errors, dropped) or a time such as 200ms (p50 to max)";

/// A comparison that makes a run a failure when it holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    metric: Metric,
    above: bool,
    limit: Limit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Errors,
    Dropped,
    Requests,
    Rate,
    P50,
    P90,
    P99,
    P999,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Limit {
    Number(f64),
    /// In percent of all requests.
    Share(f64),
    Time(Span),
}

/// A condition, and whether it made the run a failure.
#[derive(Debug, Serialize)]
pub(crate) struct Judged {
    pub(crate) condition: String,
    /// In the unit of the condition: a number, percent, milliseconds; none if nothing was measured.
    pub(crate) measured: Option<f64>,
    pub(crate) failed: bool,
}

impl Condition {
    /// Compares. What was not measured at all is a failure.
    pub(crate) fn judge(&self, report: &Report) -> Judged {
        let measured = self.measured(report);
        let limit = match self.limit {
            Limit::Number(limit) | Limit::Share(limit) => limit,
            Limit::Time(Span(limit)) => limit.as_secs_f64() * 1e3,
        };
        Judged {
            condition: self.to_string(),
            measured,
            failed: measured.is_none_or(|value| match self.above {
                true => value > limit,
                false => value < limit,
            }),
        }
    }

    fn measured(&self, report: &Report) -> Option<f64> {
        let total = &report.total;
        let requests = total.requests as f64;
        let latency = |of: fn(&Latency) -> f64| total.latency_ms.as_ref().map(of);
        let count = match self.metric {
            Metric::Errors => total.failed as f64,
            Metric::Dropped => *total.causes.get("dropped").unwrap_or(&0) as f64,
            Metric::Requests => requests,
            Metric::Rate => total.rate,
            Metric::P50 => return latency(|all| all.p50),
            Metric::P90 => return latency(|all| all.p90),
            Metric::P99 => return latency(|all| all.p99),
            Metric::P999 => return latency(|all| all.p999),
            Metric::Max => return latency(|all| all.max),
        };
        match self.limit {
            Limit::Share(_) if requests > 0.0 => Some(100.0 * count / requests),
            Limit::Share(_) => None,
            _ => Some(count),
        }
    }
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.condition.as_bytes() {
            [.., b'%'] => " %",
            [.., b's'] => " ms",
            _ => "",
        };
        match self.measured {
            Some(measured) => write!(f, "{} (it is {measured:.1}{unit})", self.condition),
            None => write!(f, "{} (nothing was measured)", self.condition),
        }
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Condition, String> {
        let at = text.find(['>', '<']).ok_or(RIGHT)?;
        let (name, rest) = text.split_at(at);
        let metric = Metric::named(name.trim()).ok_or(RIGHT)?;
        let limit = metric.limit(rest[1..].trim()).ok_or(RIGHT)?;
        Ok(Condition {
            metric,
            above: rest.starts_with('>'),
            limit,
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.metric.name())?;
        f.write_str(if self.above { ">" } else { "<" })?;
        match self.limit {
            Limit::Number(limit) => write!(f, "{limit}"),
            Limit::Share(limit) => write!(f, "{limit}%"),
            Limit::Time(limit) => write!(f, "{limit}"),
        }
    }
}

impl Metric {
    const ALL: [Metric; 9] = [
        Metric::Errors,
        Metric::Dropped,
        Metric::Requests,
        Metric::Rate,
        Metric::P50,
        Metric::P90,
        Metric::P99,
        Metric::P999,
        Metric::Max,
    ];

    fn named(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Metric::Errors => "errors",
            Metric::Dropped => "dropped",
            Metric::Requests => "requests",
            Metric::Rate => "rate",
            Metric::P50 => "p50",
            Metric::P90 => "p90",
            Metric::P99 => "p99",
            Metric::P999 => "p99.9",
            Metric::Max => "max",
        }
    }

    /// Reads what this can be compared with.
    fn limit(self, text: &str) -> Option<Limit> {
        let number = |text: &str| {
            text.trim()
                .parse()
                .ok()
                .filter(|number: &f64| *number >= 0.0)
        };
        match self {
            Metric::Errors | Metric::Dropped => match text.strip_suffix('%') {
                Some(share) => number(share).map(Limit::Share),
                None => number(text).map(Limit::Number),
            },
            Metric::Requests | Metric::Rate => number(text).map(Limit::Number),
            _ => text.parse().ok().map(Limit::Time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;

    #[test]
    fn forms() {
        for (text, shown) in [
            ("errors>0", "errors>0"),
            (" errors > 0.5 % ", "errors>0.5%"),
            ("dropped>3", "dropped>3"),
            ("p99>200ms", "p99>200ms"),
            ("p99.9 > 1500ms", "p99.9>1s 500ms"),
            ("rate<49.5", "rate<49.5"),
        ] {
            let condition: Condition = text.parse().unwrap();
            assert_eq!(condition.to_string(), shown);
        }
        for text in [
            "",
            "errors",
            "errors>",
            "errors>x",
            "errors>-1",
            "errors>=1",
            "p99>200",
            "p98>1s",
            "rate>1%",
            "errors=1",
            "errors>NaN",
        ] {
            let problem = text.parse::<Condition>().err();
            assert!(
                problem.is_some_and(|told| told.starts_with("give one of errors")),
                "{text}"
            );
        }
    }
}
