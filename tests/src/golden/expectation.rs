//! Holds an answer against one expectation, field by field.

use super::Expectation;
use super::matcher::{equal, same, shown};
use super::pages::{finds, in_order, squeeze};
use super::variables::{Variables, pointer};
use crate::http::Reply;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The strict differences; an empty list means that the expectation holds.
pub(super) fn judge(expect: &Expectation, reply: &Reply, known: &Variables) -> Vec<String> {
    let strict = expect.get("strict");
    let is_strict = |field: &str| match strict {
        Some(Value::Bool(strict)) => *strict,
        Some(Value::Object(fields)) => fields.get(field) != Some(&Value::Bool(false)),
        _ => true,
    };
    let fields = expect.iter().filter(|(field, _)| {
        !matches!(field.as_str(), "strict" | "notes" | "from") && is_strict(field)
    });
    let checked = fields.map(|(field, want)| check(field, &known.fill_value(want), reply, known));
    checked
        .filter_map(Result::err)
        .map(|error| format!("{error:#}"))
        .collect()
}

fn check(field: &str, want: &Value, reply: &Reply, known: &Variables) -> Result<()> {
    match field {
        "status" => status(want, reply),
        "content_type" => content_type(want, reply),
        "headers" => headers(members(want)?, reply, known),
        "json" => same(want, Some(&reply.json()?), "", known),
        "json_subset" => subset(members(want)?, reply, known),
        "at" => at(members(want)?, reply, known),
        "list" => list(members(want)?, &reply.json()?, known),
        "body_empty" => {
            let wanted = want.as_bool().context("body_empty is true or false")?;
            ensure!(
                wanted == reply.body.is_empty(),
                "body: {} bytes",
                reply.body.len()
            );
            Ok(())
        }
        _ => page(field, want, &reply.text()),
    }
}

fn page(field: &str, want: &Value, text: &str) -> Result<()> {
    let squeezed = squeeze(text);
    match field {
        "body" => ensure!(want == text, "body: wanted {want}, got {text:?}"),
        "body_squeezed" => {
            let want = squeeze(want.as_str().context("body_squeezed is text")?);
            ensure!(
                want == squeezed,
                "body (white space squeezed): wanted {want:?}, got {squeezed:?}"
            );
        }
        "body_has" => {
            for piece in texts(want)? {
                ensure!(
                    squeezed.contains(&squeeze(piece)),
                    "body lacks {piece:?}: {text:.400}"
                );
            }
        }
        "body_lacks" => {
            for piece in texts(want)? {
                ensure!(
                    !squeezed.contains(&squeeze(piece)),
                    "body must not have {piece:?}"
                );
            }
        }
        "body_order" => {
            if let Err(piece) = in_order(text, &texts(want)?) {
                bail!("body lacks {piece:?} after what came before it");
            }
        }
        "body_matches" => {
            for pattern in texts(want)? {
                ensure!(
                    finds(pattern, text)?,
                    "body does not match {pattern:?}: {text:.160}"
                );
            }
        }
        _ => bail!("unknown expectation {field}"),
    }
    Ok(())
}

fn status(want: &Value, reply: &Reply) -> Result<()> {
    let allowed = want
        .as_array()
        .map_or(std::slice::from_ref(want), Vec::as_slice);
    let is_allowed = allowed
        .iter()
        .any(|one| one.as_u64() == Some(reply.status.into()));
    ensure!(
        is_allowed,
        "status: wanted {want}, got {} {:.120}",
        reply.status,
        reply.text()
    );
    Ok(())
}

fn content_type(want: &Value, reply: &Reply) -> Result<()> {
    let header = reply.header("content-type").unwrap_or_default();
    let kind = header
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    ensure!(want == &kind, "content type: wanted {want}, got {kind:?}");
    Ok(())
}

fn headers(want: &Map<String, Value>, reply: &Reply, known: &Variables) -> Result<()> {
    for (name, value) in want {
        let got = reply.header(name);
        let Some(words) = value.get("has_words") else {
            same(
                value,
                got.map(Value::from).as_ref(),
                &format!("header {name}"),
                known,
            )?;
            continue;
        };
        let present: Vec<_> = got.unwrap_or_default().split(',').map(str::trim).collect();
        for word in texts(words)? {
            let found = present.iter().any(|one| one.eq_ignore_ascii_case(word));
            ensure!(found, "header {name}: {got:?} lacks {word}");
        }
    }
    Ok(())
}

fn subset(want: &Map<String, Value>, reply: &Reply, known: &Variables) -> Result<()> {
    let got = reply.json()?;
    ensure!(got.is_object(), "not a JSON object: {}", shown(Some(&got)));
    want.iter()
        .try_for_each(|(key, value)| same(value, got.get(key), &format!("/{key}"), known))
}

fn at(want: &Map<String, Value>, reply: &Reply, known: &Variables) -> Result<()> {
    let got = reply.json()?;
    want.iter()
        .try_for_each(|(path, value)| same(value, pointer(&got, path).ok(), path, known))
}

fn list(want: &Map<String, Value>, got: &Value, known: &Variables) -> Result<()> {
    let items = got
        .as_array()
        .with_context(|| format!("not a JSON list: {}", shown(Some(got))))?;
    let key = want.get("key").and_then(Value::as_str).unwrap_or("id");
    let id = |item: &Value| match item {
        Value::Object(members) => members.get(key).cloned().unwrap_or_default(),
        other => other.clone(),
    };
    let ids: Vec<Value> = items.iter().map(id).collect();
    if let Some(length) = want.get("length") {
        same(length, Some(&items.len().into()), "length", known)?;
    }
    list_ids(want, &ids)?;
    for item in items {
        if let Some(keys) = want.get("each_keys") {
            let wanted: BTreeSet<_> = texts(keys)?.into_iter().collect();
            let found: BTreeSet<_> = members(item)?.keys().map(String::as_str).collect();
            ensure!(wanted == found, "an item's members are {found:?}");
        }
        for (key, value) in each(want)? {
            same(value, item.get(key), &format!("each/{key}"), known)?;
        }
    }
    Ok(())
}

fn list_ids(want: &Map<String, Value>, ids: &[Value]) -> Result<()> {
    let has = |list: &[Value], one: &Value| list.iter().any(|id| equal(id, one));
    let named = |name: &str| {
        want.get(name)
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice)
    };
    for one in named("include") {
        ensure!(has(ids, one), "list lacks {one}");
    }
    for one in named("exclude") {
        ensure!(!has(ids, one), "list must not have {one}");
    }
    if let Some(Value::Array(set)) = want.get("set") {
        let exact = set.iter().all(|one| has(ids, one)) && ids.iter().all(|id| has(set, id));
        let got = Value::from(ids.to_vec());
        ensure!(
            exact,
            "list: wanted exactly the ids {}, got {}",
            Value::from(set.clone()),
            shown(Some(&got))
        );
    }
    if want.get("unique") == Some(&Value::Bool(true)) {
        let distinct: BTreeSet<_> = ids.iter().map(Value::to_string).collect();
        ensure!(
            distinct.len() == ids.len(),
            "list has the same id more than once ({} items, {} ids)",
            ids.len(),
            distinct.len()
        );
    }
    Ok(())
}

fn each(want: &Map<String, Value>) -> Result<Vec<(&String, &Value)>> {
    want.get("each").map_or_else(
        || Ok(Vec::new()),
        |each| Ok(members(each)?.iter().collect()),
    )
}

fn members(value: &Value) -> Result<&Map<String, Value>> {
    value
        .as_object()
        .with_context(|| format!("not an object: {}", shown(Some(value))))
}

fn texts(value: &Value) -> Result<Vec<&str>> {
    let items = value.as_array().context("a list of texts is wanted")?;
    items
        .iter()
        .map(|item| item.as_str().context("a text is wanted"))
        .collect()
}

#[cfg(test)]
mod tests;
