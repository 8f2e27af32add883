//! Compares JSON values; strings that start with `$` in what is wanted are matchers.

use super::variables::Variables;
use anyhow::{Context, Result, bail, ensure};
use chrono::NaiveDateTime;
use regex::Regex;
use serde_json::{Map, Value};
use std::sync::LazyLock;

#[expect(clippy::expect_used, reason = "a constant pattern")]
static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        .expect("it compiles")
});
#[expect(clippy::expect_used, reason = "a constant pattern")]
static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?$")
        .expect("it compiles")
});

/// Holds `got` (`None` where there is nothing) against `want`; the error says what differs and at which place.
pub(super) fn same(
    want: &Value,
    got: Option<&Value>,
    place: &str,
    known: &Variables,
) -> Result<()> {
    if let Some(matcher) = want.as_str().and_then(|text| text.strip_prefix('$'))
        && !matcher.is_empty()
    {
        let (name, argument) = matcher.split_once(':').unwrap_or((matcher, ""));
        let matched = matches(name, argument, got, known).with_context(|| place.to_owned())?;
        ensure!(matched, "{place}: wanted ${matcher}, got {}", shown(got));
        return Ok(());
    }
    let Some(found) = got else {
        bail!("{place}: missing, wanted {}", shown(Some(want)));
    };
    match (want, found) {
        (Value::Object(want), Value::Object(found)) => same_members(want, found, place, known),
        (Value::Array(want), Value::Array(found)) if want.len() == found.len() => {
            let mut pairs = want.iter().zip(found).enumerate();
            pairs.try_for_each(|(at, (want, got))| {
                same(want, Some(got), &format!("{place}/{at}"), known)
            })
        }
        _ => {
            ensure!(
                equal(want, found),
                "{place}: wanted {}, got {}",
                shown(Some(want)),
                shown(got)
            );
            Ok(())
        }
    }
}

fn same_members(
    want: &Map<String, Value>,
    found: &Map<String, Value>,
    place: &str,
    known: &Variables,
) -> Result<()> {
    for (key, value) in want {
        same(value, found.get(key), &format!("{place}/{key}"), known)?;
    }
    let extra: Vec<_> = found
        .keys()
        .filter(|key| !want.contains_key(*key))
        .map(String::as_str)
        .collect();
    ensure!(
        extra.is_empty(),
        "{place}: unexpected members {}",
        extra.join(", ")
    );
    Ok(())
}

fn matches(name: &str, argument: &str, got: Option<&Value>, known: &Variables) -> Result<bool> {
    Ok(match name {
        "any" => got.is_some(),
        "optional" => true,
        "absent" => got.is_none(),
        "absent_or_null" => got.is_none_or(Value::is_null),
        "uuid" => got
            .and_then(Value::as_str)
            .is_some_and(|text| UUID.is_match(text)),
        "string" => got.is_some_and(Value::is_string),
        "list" => got.is_some_and(Value::is_array),
        "int" => integer(got).is_some(),
        "near" => near(argument, got)?,
        "plus" => {
            let (variable, more) = argument.split_once(':').context("$plus wants var:n")?;
            let sum = known.text(variable)?.parse::<i128>()? + more.parse::<i128>()?;
            integer(got) == Some(sum)
        }
        "at_least" => {
            let least = argument.parse()?;
            integer(got).is_some_and(|number| number >= least)
        }
        "differs" => {
            let other = known.get(argument)?;
            got.is_some_and(|value| !equal(value, other))
        }
        _ => return stamp_matches(name, argument, got, known),
    })
}

/// A stored time may lose, round or keep its fraction, so moments are compared by their seconds.
fn stamp_matches(
    name: &str,
    argument: &str,
    got: Option<&Value>,
    known: &Variables,
) -> Result<bool> {
    ensure!(
        matches!(
            name,
            "stamp" | "stamp_second" | "stamp_not_before" | "after"
        ),
        "unknown matcher ${name}"
    );
    let Some(stamp) = got
        .and_then(Value::as_str)
        .filter(|text| STAMP.is_match(text))
    else {
        return Ok(false);
    };
    if name == "stamp" {
        return Ok(true);
    }
    let reference = known.text(argument)?;
    let second = |text: &str| text.chars().take(19).collect::<String>();
    Ok(match name {
        "stamp_second" => {
            let apart = moment(&reference)? - moment(stamp)?;
            apart.abs() <= chrono::TimeDelta::seconds(1)
        }
        "stamp_not_before" => second(stamp) >= second(&reference),
        _ => second(stamp) > second(&reference),
    })
}

fn moment(text: &str) -> Result<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .with_context(|| format!("no time: {text}"))
}

fn near(argument: &str, got: Option<&Value>) -> Result<bool> {
    let (target, tolerance) = argument.split_once(':').unwrap_or((argument, "0.001"));
    let (target, tolerance): (f64, f64) = (target.parse()?, tolerance.parse()?);
    let number = got.and_then(Value::as_f64);
    Ok(number.is_some_and(|number| (number - target).abs() <= tolerance))
}

fn integer(got: Option<&Value>) -> Option<i128> {
    let value = got?;
    value
        .as_i64()
        .map(i128::from)
        .or_else(|| value.as_u64().map(i128::from))
}

/// Equal as JSON, where `1` and `1.0` are one number.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter()
                    .all(|(key, x)| y.get(key).is_some_and(|y| equal(x, y)))
        }
        _ => a == b,
    }
}

/// A value for a person: JSON, cut short.
pub(super) fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    if text.chars().count() < 160 {
        return text;
    }
    text.chars().take(157).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests;
