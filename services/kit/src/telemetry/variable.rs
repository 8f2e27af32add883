//! Reading the `OTEL_*` variables: a wrong value is an error, where OpenTelemetry's own code falls back in silence.

use std::str::FromStr;
use std::time::Duration;

use crate::config::Env;

/// A variable with a value that cannot be used. The message is one sentence that says what to change.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the variable {name} has a wrong value{}: {problem}", .value.as_ref().map(|value| format!(" {value:?}")).unwrap_or_default())]
pub struct VariableError {
    /// The variable.
    pub name: String,
    /// The value, unless it may hold a secret.
    pub value: Option<String>,
    /// What would be right.
    pub problem: String,
}

/// A variable that is set to something.
#[derive(Clone, Copy)]
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl<'a> Variable<'a> {
    /// The first of these that is set.
    pub(super) fn first(env: &'a Env, names: &[&'a str]) -> Option<Variable<'a>> {
        names.iter().find_map(|name| {
            let value = env.get(name)?.trim();
            Some(Variable { name, value })
        })
    }

    pub(super) fn wrong(self, problem: impl Into<String>) -> VariableError {
        VariableError {
            name: self.name.to_owned(),
            value: Some(self.value.to_owned()),
            problem: problem.into(),
        }
    }

    /// The same without the value.
    pub(super) fn wrong_secret(self, problem: impl Into<String>) -> VariableError {
        VariableError {
            value: None,
            ..self.wrong(problem)
        }
    }
}

/// A whole number from 1 up.
pub(super) fn number(env: &Env, name: &str, default: usize) -> Result<usize, VariableError> {
    let Some(variable) = Variable::first(env, &[name]) else {
        return Ok(default);
    };
    match usize::from_str(variable.value) {
        Ok(number @ 1..=1_000_000) => Ok(number),
        _ => Err(variable.wrong("give a whole number from 1 to 1000000")),
    }
}

/// A time in milliseconds.
pub(super) fn milliseconds(
    env: &Env,
    names: &[&str],
    default: Duration,
) -> Result<Duration, VariableError> {
    let Some(variable) = Variable::first(env, names) else {
        return Ok(default);
    };
    match u64::from_str(variable.value) {
        Ok(time @ 1..=86_400_000) => Ok(Duration::from_millis(time)),
        _ => Err(variable.wrong("give milliseconds, a whole number from 1 to 86400000")),
    }
}

/// `true` or `false`, in any case; `false` if it is not set.
pub(super) fn boolean(env: &Env, name: &str) -> Result<bool, VariableError> {
    match Variable::first(env, &[name]) {
        None => Ok(false),
        Some(is) if is.value.eq_ignore_ascii_case("true") => Ok(true),
        Some(is) if is.value.eq_ignore_ascii_case("false") => Ok(false),
        Some(is) => Err(is.wrong("give true or false")),
    }
}

/// A list such as `key=value,key2=value2`, its values percent-encoded; `None` if it is not one.
pub(super) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    parts.map(pair).collect()
}

fn pair(part: &str) -> Option<(String, String)> {
    let (key, value) = part.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let value = percent_encoding::percent_decode_str(value)
        .decode_utf8()
        .ok()?;
    (!key.is_empty()).then(|| (key.to_owned(), value.into_owned()))
}
