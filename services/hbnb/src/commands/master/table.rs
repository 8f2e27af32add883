//! The state of a master as a table for people.

use std::fmt::Write;

use crate::arbiter::requests::{Status, WorkerStatus};

const HEAD: [&str; 9] = [
    "SLOT",
    "GEN",
    "PID",
    "STATE",
    "AGE",
    "CONNECTIONS",
    "REQUESTS",
    "IN FLIGHT",
    "MEMORY",
];

pub(crate) fn render(status: &Status) -> String {
    let mut text = String::new();
    let Status {
        version,
        pid,
        generation,
        workers_wanted,
        ..
    } = status;
    let is = match &status.reason {
        None => "ready".to_owned(),
        Some(reason) => format!("not ready: {reason}"),
    };
    // Writing to a text does not fail.
    let _ = writeln!(text, "HBNB {version}, process {pid}, {is}");
    let _ = writeln!(
        text,
        "Listens on {}, metrics and probes on {}",
        status.listens.join(", "),
        status.admin.join(", ")
    );
    let _ = writeln!(
        text,
        "Generation {generation}, workers wanted: {workers_wanted}\n"
    );
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(status.workers.iter().map(row));
    let widths: [usize; HEAD.len()] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    for row in rows {
        let cells = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn row(worker: &WorkerStatus) -> [String; HEAD.len()] {
    let is_quiet = worker.status.is_empty() || worker.status == worker.state;
    [
        worker.slot.to_string(),
        worker.generation.to_string(),
        worker.pid.to_string(),
        match is_quiet {
            true => worker.state.clone(),
            false => format!("{} ({})", worker.state, worker.status),
        },
        age(worker.age_seconds),
        worker.connections.to_string(),
        worker.requests.to_string(),
        worker.in_flight.to_string(),
        format!("{:.1} MiB", worker.rss_bytes as f64 / f64::from(1 << 20)),
    ]
}

/// Such as `3m 20s`: two units at most.
fn age(seconds: f64) -> String {
    let whole = std::time::Duration::from_secs_f64(seconds.max(0.0)).as_secs();
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole}s"),
        (0, 0, minutes) => format!("{minutes}m {}s", whole % 60),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn ages() {
        let shown = [0.4, 59.9, 200.0, 7_260.0, 90_000.0].map(age);
        assert_eq!(shown, ["0s", "59s", "3m 20s", "2h 1m", "1d 1h"]);
    }
}
