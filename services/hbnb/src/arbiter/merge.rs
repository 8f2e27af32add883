//! The metrics of several processes as those of one, in the text format 0.0.4 that each of them writes.
//!
//! Counters and histograms are summed, those of processes that have ended too, so that a sum never falls. Gauges are told
//! of each process, by a label.

mod exact;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use exact::Exact;

/// Told by the master for all: of these every worker would say the same, or nothing that matters to others.
const MASTERS: &[&str] = &[
    "build_info",
    "cgroup_memory_limit_bytes",
    "cgroup_memory_oom_kills_total",
    "cgroup_memory_usage_bytes",
    "cgroup_memory_working_set_bytes",
    "process_start_time_seconds",
    "service_draining",
    "service_ready",
];

/// Metrics by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals(BTreeMap<String, Family>);

#[derive(Clone, Debug)]
struct Family {
    help: String,
    kind: Kind,
    /// In the order in which they came first: the buckets of a histogram have one.
    samples: Vec<(String, Exact)>,
    places: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Counters, histograms and summaries.
    Sum(&'static str),
    Gauge,
}

impl Totals {
    /// Adds what a process has counted, and nothing that it merely was.
    pub(crate) fn add(&mut self, text: &str) {
        self.read(text, None);
    }

    /// Adds what a master has counted in another program, but for what the kernel counts of its process, which goes on.
    pub(crate) fn add_own(&mut self, text: &str) {
        self.take(text, &|name, kind| match kind {
            Kind::Sum(_) if !name.starts_with("process_") && !MASTERS.contains(&name) => Some(None),
            _ => None,
        });
    }

    /// Adds all of a worker, its gauges with the label `worker`.
    pub(crate) fn add_worker(&mut self, text: &str, worker: &str) {
        self.read(text, Some(worker));
    }

    /// Adds all of the master, as it is.
    pub(crate) fn add_master(&mut self, text: &str) {
        self.take(text, &|_, _| Some(None));
    }

    /// As a text again.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        for (name, family) in &self.0 {
            let kind = match family.kind {
                Kind::Sum(kind) => kind,
                Kind::Gauge => "gauge",
            };
            // Writing to a text does not fail.
            let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {kind}", family.help);
            for (sample, value) in &family.samples {
                let _ = writeln!(text, "{sample} {value}");
            }
        }
        text
    }

    fn read(&mut self, text: &str, worker: Option<&str>) {
        self.take(text, &|name, kind| match kind {
            _ if MASTERS.contains(&name) => None,
            Kind::Sum(_) => Some(None),
            Kind::Gauge => worker.map(Some),
        });
    }

    /// Takes the families that `label` gives a label, or none to be summed; not those of which it says nothing.
    fn take<'l>(&mut self, text: &str, label: &dyn Fn(&str, Kind) -> Option<Option<&'l str>>) {
        let (mut help, mut now) = ("", None);
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                help = rest.split_once(' ').map_or("", |(_, help)| help);
            } else if let Some((name, kind)) = line
                .strip_prefix("# TYPE ")
                .and_then(|rest| rest.split_once(' '))
            {
                let kind = Kind::of(kind);
                now = label(name, kind).map(|label| (name, help, kind, label));
            } else if let (Some((name, help, kind, label)), Some((sample, value))) =
                (now, line.rsplit_once(' '))
            {
                let sample = match label {
                    Some(worker) => labelled(sample, worker),
                    None => sample.to_owned(),
                };
                let family = self.family(name, help, kind);
                family.add(sample, Exact::of(value));
            }
        }
    }

    fn family(&mut self, name: &str, help: &str, kind: Kind) -> &mut Family {
        self.0.entry(name.to_owned()).or_insert_with(|| Family {
            help: help.to_owned(),
            kind,
            samples: Vec::new(),
            places: HashMap::new(),
        })
    }
}

impl Family {
    fn add(&mut self, sample: String, value: Exact) {
        match self.places.get(&sample) {
            Some(place) => self.samples[*place].1.add(value),
            None => {
                self.places.insert(sample.clone(), self.samples.len());
                self.samples.push((sample, value));
            }
        }
    }
}

impl Kind {
    fn of(text: &str) -> Kind {
        match text {
            "counter" => Kind::Sum("counter"),
            "histogram" => Kind::Sum("histogram"),
            "summary" => Kind::Sum("summary"),
            _ => Kind::Gauge,
        }
    }
}

/// The sample with one label more.
fn labelled(sample: &str, worker: &str) -> String {
    match sample.strip_suffix('}') {
        Some(labels) => format!("{labels},worker=\"{worker}\"}}"),
        None => format!("{sample}{{worker=\"{worker}\"}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Totals;

    fn text(requests: u32, in_flight: u32) -> String {
        format!(
            "# HELP build_info What runs here.\n\
             # TYPE build_info gauge\n\
             build_info{{service=\"hbnb\"}} 1\n\
             # HELP http_requests_in_flight Being answered.\n\
             # TYPE http_requests_in_flight gauge\n\
             http_requests_in_flight{{route=\"/a b\"}} {in_flight}\n\
             # HELP http_requests_total Answered.\n\
             # TYPE http_requests_total counter\n\
             http_requests_total{{route=\"/a b\"}} {requests}\n\
             # HELP late How late.\n\
             # TYPE late histogram\n\
             late_bucket{{le=\"0.5\"}} {requests}\n\
             late_bucket{{le=\"+Inf\"}} {requests}\n\
             late_sum 0.25\n\
             late_count {requests}\n\
             # HELP tasks Alive.\n\
             # TYPE tasks gauge\n\
             tasks 4\n"
        )
    }

    #[test]
    fn sums_and_gauges() {
        let mut all = Totals::default();
        all.add(&text(5, 3));
        all.add_worker(&text(2, 1), "1");
        all.add_worker(&text(1, 0), "2");
        all.add_master(
            "# HELP service_ready Ready.\n# TYPE service_ready gauge\nservice_ready 1\n",
        );
        let wanted = "\
            # HELP http_requests_in_flight Being answered.\n\
            # TYPE http_requests_in_flight gauge\n\
            http_requests_in_flight{route=\"/a b\",worker=\"1\"} 1\n\
            http_requests_in_flight{route=\"/a b\",worker=\"2\"} 0\n\
            # HELP http_requests_total Answered.\n\
            # TYPE http_requests_total counter\n\
            http_requests_total{route=\"/a b\"} 8\n\
            # HELP late How late.\n\
            # TYPE late histogram\n\
            late_bucket{le=\"0.5\"} 8\n\
            late_bucket{le=\"+Inf\"} 8\n\
            late_sum 0.75\n\
            late_count 8\n\
            # HELP service_ready Ready.\n\
            # TYPE service_ready gauge\n\
            service_ready 1\n\
            # HELP tasks Alive.\n\
            # TYPE tasks gauge\n\
            tasks{worker=\"1\"} 4\n\
            tasks{worker=\"2\"} 4\n";
        assert_eq!(all.render(), wanted);
        let mut again = Totals::default();
        again.add(&all.render());
        assert!(
            again
                .render()
                .contains("http_requests_total{route=\"/a b\"} 8")
        );
    }

    #[test]
    fn the_next_program_goes_on_from_what_was_counted() {
        let process = |seconds| {
            format!(
                "# HELP process_cpu_seconds_total Worked.\n# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total {seconds}\n"
            )
        };
        let mut kept = Totals::default();
        kept.add(&process(2));
        kept.add_own(&(process(5) + &text(3, 1)));
        let mut next = Totals::default();
        next.add(&kept.render());
        let told = next.render();
        // The master's own goes on by itself.
        assert!(told.contains("process_cpu_seconds_total 2\n"), "{told}");
        assert!(
            told.contains("http_requests_total{route=\"/a b\"} 3\n"),
            "{told}"
        );
    }

    #[test]
    fn workers_that_leave_share_a_label() {
        let mut all = Totals::default();
        all.add_worker(&text(0, 1), "draining");
        all.add_worker(&text(0, 2), "draining");
        let line = "http_requests_in_flight{route=\"/a b\",worker=\"draining\"} 3\n";
        assert!(all.render().contains(line));
    }
}
