//! The metrics as a real Prometheus takes them, and as the README tells them.

#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rig::environment::variable;
use rig::http::get;
use rig::skip::{Tool, missing};
use rig::{Binary, Cgroup, Prometheus, Server, skipped, until};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);
/// More memory than the server needs.
const LIMIT: u64 = 1 << 30;

/// A server on which everything that is measured has happened.
async fn used(folder: &Path, group: Option<&Cgroup>) -> Server {
    let binary = Binary::named("hbnb").unwrap();
    let envs = [
        ("HBNB_FAULTS", "true"),
        // Nobody listens there, which the metrics of spans do not mind.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"),
    ];
    let server = match group {
        Some(group) => group.start(&binary, &["serve"], &envs, folder).await,
        None => Server::start(&binary, &["serve"], &envs, folder).await,
    };
    let server = server.unwrap();
    for path in ["/api/v1/states", "/nowhere"] {
        get(server.base(), path).await.unwrap();
    }
    server
}

/// By name, the type and the labels.
type Families = BTreeMap<String, (String, BTreeSet<String>)>;

fn families(text: &str) -> Families {
    let mut families = Families::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            families.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let (series, _) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let of = |suffix| name.strip_suffix(suffix).map(str::to_owned);
            let whole = [of("_bucket"), of("_sum"), of("_count")];
            let whole = whole.into_iter().flatten();
            let known = whole.chain([name.to_owned()]);
            let name = known.into_iter().find(|name| families.contains_key(name));
            let seen = &mut families.get_mut(&name.unwrap()).unwrap().1;
            let names = labels
                .split("\",")
                .filter_map(|label| label.split_once('='));
            seen.extend(names.map(|(name, _)| name.to_owned()));
            seen.remove("le");
        }
    }
    families
}

fn documented() -> Families {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let text = fs::read_to_string(readme).unwrap();
    let (_, section) = text.split_once("## Metrics\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let ticked = |cell: &str| -> BTreeSet<String> {
        let parts = cell.split('`').skip(1).step_by(2);
        parts.map(str::to_owned).collect()
    };
    let family = |row: &str| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, names, kind, labels, unit, meaning, _] = cells[..] else {
            panic!("five cells: {row}")
        };
        assert!(!unit.is_empty() && !meaning.is_empty(), "{row}");
        let told = (kind.to_owned(), ticked(labels));
        let names = ticked(names).into_iter();
        names
            .inspect(|name| assert_unit(name, unit))
            .map(|name| (name, told.clone()))
            .collect::<Vec<_>>()
    };
    rows.flat_map(family).collect()
}

/// A metric's name ends with its unit if that is seconds or bytes, and with no unit otherwise.
fn assert_unit(name: &str, unit: &str) {
    let name = name.trim_end_matches("_total");
    for one in ["seconds", "bytes"] {
        let is_named = name.ends_with(&format!("_{one}"));
        assert_eq!(is_named, unit == one, "{name} in {unit}");
    }
}

#[tokio::test]
async fn the_readme_tells_all_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let group = Cgroup::limited_to(LIMIT);
    let server = used(folder.path(), group.as_ref().ok()).await;
    let (mut told, there) = (
        documented(),
        families(server.scrape().await.unwrap().text()),
    );
    if let Err(why) = &group {
        skipped("the metrics of a control group", why);
        told.retain(|name, _| !name.starts_with("cgroup_"));
    }
    for (name, (kind, labels)) in &there {
        let mut labels = labels.clone();
        let listed = told.get(name).map(|(_, labels)| labels);
        // Each worker tells its own gauges, as the README says of all at once.
        if kind == "gauge" && listed.is_some_and(|listed| !listed.contains("worker")) {
            labels.remove("worker");
        }
        let family = (kind.clone(), labels);
        assert_eq!(told.get(name), Some(&family), "README: {name}");
    }
    for name in told.keys() {
        assert!(there.contains_key(name), "no such metric: {name}");
    }
}

#[tokio::test]
async fn promtool_has_nothing_to_say() {
    let Some(promtool) = variable("HBNB_TEST_PROMTOOL") else {
        let why = "HBNB_TEST_PROMTOOL is not set";
        missing(Tool::Prometheus, "the form of the metrics", why);
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = used(folder.path(), None).await;
    let file = folder.path().join("metrics");
    fs::write(&file, server.scrape().await.unwrap().text()).unwrap();
    let mut command = Command::new(promtool);
    command.args(["check", "metrics"]);
    command.stdin(Stdio::from(File::open(&file).unwrap()));
    let output = command.output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn prometheus_takes_them() {
    let Some(prometheus) = Prometheus::find("a scrape by Prometheus") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let server = used(folder.path(), None).await;
    let target = server.admin().trim_start_matches("http://");
    let config = format!(
        "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: hbnb\n  static_configs: [{{targets: ['{target}']}}]\n"
    );
    let file = folder.path().join("prometheus.yml");
    fs::write(&file, config).unwrap();
    let prometheus = prometheus.start(&file).await.unwrap();
    until("the target is up", PATIENCE, async || {
        Ok(prometheus.ask("up").await == Some(1.0))
    })
    .await
    .unwrap();
    // Nothing is left out for its form; a series that came between two scrapes is there in the next.
    until("as many samples as lines", PATIENCE, async || {
        let samples = server.scrape().await?.series().count();
        Ok(prometheus.ask("scrape_samples_scraped").await == Some(samples as f64))
    })
    .await
    .unwrap();
    let counted = "http_requests_total%7Broute%3D%22%2Fapi%2Fv1%2Fstates%22%7D";
    assert_eq!(prometheus.ask(counted).await, Some(1.0));
    let targets = prometheus.data("/api/v1/targets").await.unwrap();
    assert_eq!(targets["activeTargets"][0]["lastError"], "");
}
