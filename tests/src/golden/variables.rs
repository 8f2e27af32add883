//! Captured values, and the places that use them.

use anyhow::{Context, Result, bail};
use regex::{Captures, Regex};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "a constant pattern")]
static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{([A-Za-z_][A-Za-z_0-9]*)\}").expect("it compiles"));

#[derive(Debug, Default)]
pub(super) struct Variables(HashMap<String, Value>);

impl Variables {
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub(super) fn get(&self, name: &str) -> Result<&Value> {
        self.0
            .get(name)
            .with_context(|| format!("no variable {name}"))
    }

    pub(super) fn text(&self, name: &str) -> Result<String> {
        self.get(name).map(text_of)
    }

    /// The names used in `text` that no step has captured.
    pub(super) fn missing(&self, text: &str) -> Vec<String> {
        let names = VARIABLE
            .captures_iter(text)
            .map(|found| found[1].to_owned());
        names.filter(|name| !self.0.contains_key(name)).collect()
    }

    /// Replaces `{var}`; what is not known stays as it is.
    pub(super) fn fill(&self, text: &str) -> String {
        let value = |found: &Captures<'_>| {
            let known = self.0.get(&found[1]);
            known.map_or_else(|| found[0].to_owned(), text_of)
        };
        VARIABLE.replace_all(text, value).into_owned()
    }

    /// Replaces `{var}` all the way down; a string that is one variable and nothing else takes its type too.
    pub(super) fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self
                .whole(text)
                .cloned()
                .unwrap_or_else(|| Value::String(self.fill(text))),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(members) => Value::Object(self.fill_members(members)),
            other => other.clone(),
        }
    }

    pub(super) fn fill_members(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let filled = members
            .iter()
            .map(|(key, value)| (self.fill(key), self.fill_value(value)));
        filled.collect()
    }

    fn whole(&self, text: &str) -> Option<&Value> {
        self.0.get(text.strip_prefix('{')?.strip_suffix('}')?)
    }
}

pub(super) fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// JSON pointer; a part of the form `[key=value]` picks the first list item with that member.
pub(super) fn pointer<'a>(document: &'a Value, path: &str) -> Result<&'a Value> {
    if path.is_empty() || path == "/" {
        return Ok(document);
    }
    let mut at = document;
    for part in path.trim_start_matches('/').split('/') {
        let part = part.replace("~1", "/").replace("~0", "~");
        at = match at {
            Value::Object(members) => members.get(&part),
            Value::Array(items) => pick(items, &part),
            _ => bail!("nothing at {part:?}"),
        }
        .with_context(|| format!("no member {part:?}"))?;
    }
    Ok(at)
}

fn pick<'a>(items: &'a [Value], part: &str) -> Option<&'a Value> {
    let member = part
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match member.and_then(|text| text.split_once('=')) {
        Some((key, value)) => items
            .iter()
            .find(|item| item.get(key).is_some_and(|got| text_of(got) == value)),
        None => items.get(part.parse::<usize>().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use super::{Variables, pointer};
    use serde_json::json;

    #[test]
    fn fills() {
        let mut known = Variables::default();
        known.set("n", json!(7));
        known.set("id", json!("abc"));
        assert_eq!(known.fill("/{id}/{n}/{other}/{8}"), "/abc/7/{other}/{8}");
        assert_eq!(
            known.fill_value(&json!({"{id}": ["{n}", "n={n}"]})),
            json!({"abc": [7, "n=7"]})
        );
        assert_eq!(known.missing("/{id}/{other}"), ["other"]);
    }

    #[test]
    fn points() {
        let document = json!({"a/b": [{"id": "x", "n": 1}, {"id": "y", "n": 2}]});
        assert_eq!(pointer(&document, "/a~1b/1/n").unwrap(), 2);
        assert_eq!(pointer(&document, "/a~1b/[id=x]/n").unwrap(), 1);
        assert_eq!(pointer(&document, "").unwrap(), &document);
        assert!(pointer(&document, "/a~1b/[id=z]").is_err());
        assert!(pointer(&document, "/a~1b/0/id/deeper").is_err());
    }
}
