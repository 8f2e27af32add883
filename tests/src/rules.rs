//! The configuration of Prometheus in a hurry: the same rules with shorter times, so that a test sees alerts come and go.

use crate::sources::top;
use anyhow::{Context, Result};
use regex::{Captures, Regex};
use std::fs;
use std::path::{Path, PathBuf};

/// The shortest range, in seconds: `rate` needs several scrapes, which are a second apart then.
const LEAST_RANGE: u64 = 4;
/// The shortest of all other times, in seconds.
const LEAST: u64 = 1;
/// The keys whose values are times, in rules and in `prometheus.yml`.
const KEYS: &str = "for|keep_firing_for|interval|scrape_interval|scrape_timeout|evaluation_interval|refresh_interval";

/// The same YAML with every range of a query and every time divided by `divisor` and rounded up, to whole seconds: with 60
/// `[1h]` is `[60s]`, `for: 2m` is `for: 2s`. What was longer is never shorter. Names such as `rate5m`, thresholds and texts
/// stay as they are.
pub fn shortened(yaml: &str, divisor: u32) -> Result<String> {
    let range = Regex::new(r"\[(\d+)(s|m|h|d)\]")?;
    let yaml = range.replace_all(yaml, |found: &Captures<'_>| {
        let seconds = divided(&found[1], &found[2], divisor);
        format!("[{}s]", seconds.max(LEAST_RANGE))
    });
    let key = Regex::new(&format!(r"(?m)^([ -]*(?:{KEYS}): *)(\d+)(s|m|h|d)$"))?;
    let yaml = key.replace_all(&yaml, |found: &Captures<'_>| {
        let seconds = divided(&found[2], &found[3], divisor);
        format!("{}{}s", &found[1], seconds.max(LEAST))
    });
    Ok(yaml.into_owned())
}

/// Writes `prometheus.yml` and all of `rules` to another folder, [`shortened`].
pub fn shortened_copy(from: &Path, to: &Path, divisor: u32) -> Result<()> {
    let copy = |path: &Path| -> Result<()> {
        let text = fs::read_to_string(from.join(path))
            .with_context(|| format!("{} is not to be read", path.display()))?;
        Ok(fs::write(to.join(path), shortened(&text, divisor)?)?)
    };
    fs::create_dir_all(to.join("rules"))?;
    copy(Path::new("prometheus.yml"))?;
    for file in fs::read_dir(from.join("rules"))? {
        copy(&Path::new("rules").join(file?.file_name()))?;
    }
    Ok(())
}

/// The same of the rules in `deploy/prometheus`, with minutes as seconds and one job that has a fixed target, such as
/// `http://127.0.0.1:9090`; the path of its `prometheus.yml`.
pub fn in_a_hurry(to: &Path, job: &str, target: &str) -> Result<PathBuf> {
    shortened_copy(&top()?.join("deploy/prometheus"), to, 60)?;
    let file = to.join("prometheus.yml");
    let text = fs::read_to_string(&file)?;
    let (head, _) = text
        .split_once("scrape_configs:")
        .context("nothing is scraped")?;
    let target = target.trim_start_matches("http://");
    let jobs = format!(
        "scrape_configs:\n  - job_name: {job}\n    static_configs: [{{targets: ['{target}']}}]\n"
    );
    fs::write(&file, format!("{head}{jobs}"))?;
    Ok(file)
}

/// In seconds, rounded up.
fn divided(number: &str, unit: &str, divisor: u32) -> u64 {
    let second = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        _ => 24 * 60 * 60,
    };
    let number: u64 = number.parse().unwrap_or(u64::MAX);
    number
        .saturating_mul(second)
        .div_ceil(u64::from(divisor.max(1)))
}

#[cfg(test)]
mod tests {
    use super::{shortened, shortened_copy};
    use crate::sources::top;
    use tempfile::TempDir;

    #[test]
    fn times_are_divided() {
        for (yaml, wanted) in [
            (
                "expr: rate(a[1h]) > rate(a[5m])",
                "expr: rate(a[60s]) > rate(a[5s])",
            ),
            ("increase(a[1m]) > 0", "increase(a[4s]) > 0"),
            ("        for: 15m\n", "        for: 15s\n"),
            (
                "  scrape_interval: 15s\n  - interval: 2d",
                "  scrape_interval: 1s\n  - interval: 2880s",
            ),
            ("record: job:a:rate5m", "record: job:a:rate5m"),
            (
                "summary: within 5m for: 10m of\n",
                "summary: within 5m for: 10m of\n",
            ),
            ("expr: job:a:rate1h > 0.02", "expr: job:a:rate1h > 0.02"),
        ] {
            assert_eq!(shortened(yaml, 60).unwrap(), wanted);
        }
    }

    #[test]
    fn divided_by_one_nothing_changes_its_length() {
        let yaml = "for: 2m\nexpr: rate(a[6h])";
        assert_eq!(
            shortened(yaml, 1).unwrap(),
            "for: 120s\nexpr: rate(a[21600s])"
        );
    }

    #[test]
    fn all_files_are_copied() {
        let (from, to) = (
            top().unwrap().join("deploy/prometheus"),
            TempDir::new().unwrap(),
        );
        shortened_copy(&from, to.path(), 60).unwrap();
        let rules = std::fs::read_to_string(to.path().join("rules/alerts.yml")).unwrap();
        assert!(
            rules.contains("for: 2s") && !rules.contains("for: 2m"),
            "{rules}"
        );
        let main = std::fs::read_to_string(to.path().join("prometheus.yml")).unwrap();
        assert!(main.contains("  scrape_interval: 1s\n"), "{main}");
    }
}
