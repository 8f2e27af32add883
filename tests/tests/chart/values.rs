//! The table of values in the chart's README, made of `values.yaml` and of its lines that begin with `# --`.

use rig::helm::chart;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

const BEGIN: &str = "<!-- values -->\n";
const END: &str = "<!-- end of values -->";
const INDENT: usize = 2;

struct Row {
    key: String,
    default: String,
    description: String,
}

/// The README with the table as it should be.
pub(crate) fn with_table(readme: &str) -> String {
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    format!("{before}{BEGIN}\n{}\n{END}{after}", table())
}

fn table() -> String {
    let values = fs::read_to_string(chart().unwrap().join("values.yaml")).unwrap();
    let mut table = "| value | default | what it is |\n| --- | --- | --- |\n".to_owned();
    for row in rows(&values) {
        let default = match row.default.as_str() {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let escaped = row.description.replace('|', "\\|");
        writeln!(table, "| `{}` | {default} | {escaped} |", row.key).unwrap();
    }
    table
}

/// Each value with what is said of it, or of the same value of the first service that has it.
fn rows(values: &str) -> Vec<Row> {
    let mut path: Vec<&str> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut of_kind: BTreeMap<String, String> = BTreeMap::new();
    let mut said = String::new();
    for line in values.lines() {
        let text = line.trim_start();
        if let Some(begun) = text.strip_prefix("# -- ") {
            begun.clone_into(&mut said);
        } else if let Some(more) = text.strip_prefix("# ").filter(|_| !said.is_empty()) {
            said = format!("{said} {more}");
        }
        let Some((key, default)) = text.split_once(':').filter(|_| !text.starts_with('#')) else {
            continue;
        };
        path.truncate((line.len() - text.len()) / INDENT);
        path.push(key);
        let kind = path[1..].join(".");
        let described = std::mem::take(&mut said);
        if !described.is_empty() {
            of_kind.entry(kind.clone()).or_insert(described.clone());
        }
        let default = default.trim();
        if default.is_empty() && described.is_empty() {
            continue;
        }
        let key = path.join(".");
        let description = match (described.is_empty(), of_kind.get(&kind)) {
            (false, _) => described,
            (true, Some(description)) => description.clone(),
            (true, None) => panic!("values.yaml says nothing of {key}"),
        };
        let default = default.to_owned();
        rows.push(Row {
            key,
            default,
            description,
        });
    }
    rows
}
