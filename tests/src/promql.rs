//! Which metrics a query of Prometheus asks for.

use anyhow::Result;
use regex::Regex;
use std::collections::BTreeSet;

/// Words of the language that may stand where a name may.
const WORDS: [&str; 13] = [
    "and",
    "or",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "offset",
    "bool",
    "inf",
    "nan",
];

/// The names of all metrics in a query that is right: `promtool` or Prometheus must have said so before.
pub fn metrics(query: &str) -> Result<BTreeSet<String>> {
    // Strings first: what looks like anything else may stand in them. Then labels, lists of labels, ranges, numbers.
    let others = [
        r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"#,
        r"\{[^}]*\}",
        r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)",
        r"\[[^\]]*\]",
        r"\b\d[\w.]*",
    ];
    let mut rest = query.to_owned();
    for other in others {
        rest = Regex::new(other)?.replace_all(&rest, " ").into_owned();
    }
    let name = Regex::new(r"([A-Za-z_:][\w:]*)\s*(\(?)")?;
    let found = name
        .captures_iter(&rest)
        .filter(|found| found[2].is_empty());
    let names = found.map(|found| found[1].to_owned());
    Ok(names
        .filter(|name| !WORDS.contains(&name.to_lowercase().as_str()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::metrics;

    #[test]
    fn names() {
        for (query, wanted) in [
            ("up", vec!["up"]),
            ("nginx_up == 0", vec!["nginx_up"]),
            ("a and b or c unless d", vec!["a", "b", "c", "d"]),
            (
                "sum by (job, instance) (rate(a_total{b=\"c }\"}[5m]))",
                vec!["a_total"],
            ),
            ("sum(rate(a[1h])) by (le)", vec!["a"]),
            ("job:a:rate1h > 14.4 * 0.001", vec!["job:a:rate1h"]),
            ("a / on (job) group_left (x) b", vec!["a", "b"]),
            ("a offset 5m > bool 1e3", vec!["a"]),
            ("absent(up{job=\"x\"}) or absent ( b )", vec!["b", "up"]),
            ("1 - histogram_quantile(0.9, a_bucket)", vec!["a_bucket"]),
            ("a == Inf or {job='b'}", vec!["a"]),
        ] {
            let found: Vec<String> = metrics(query).unwrap().into_iter().collect();
            assert_eq!(found, wanted, "{query}");
        }
    }
}
