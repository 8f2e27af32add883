//! Plays golden scenarios: recorded exchanges, one scenario a line of JSON, against running servers.
//!
//! A step sends a request and holds the answer against what the original implementation did (`expect`) or against
//! another answer that is as good (`also_ok`). Strings that start with `$` in an expectation are matchers.

mod expectation;
mod matcher;
mod pages;
mod player;
mod variables;

pub use player::play;

use crate::skip::announce;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The scenarios of the project.
pub const PUBLIC: &str = include_str!("../golden/public.jsonl");

/// Where the servers are, by the name that steps use.
#[derive(Debug, Clone, Default)]
pub struct Targets(BTreeMap<String, String>);

impl Targets {
    /// Only the JSON API; steps of other targets are skipped.
    pub fn api(base: &str) -> Self {
        Self::default().with("api", base)
    }

    /// The whole site on one address: its pages, and the text program of the original below a path of its own.
    pub fn site(base: &str) -> Self {
        let pages = [
            "front",
            "states_list",
            "cities_by_states",
            "states",
            "hbnb_filters",
            "hbnb",
            "d0",
            "d1",
            "d2",
            "d3",
            "d4",
            "d100",
            "d101",
        ];
        let hello = format!("{}/airbnb-onepage", base.trim_end_matches('/'));
        let targets = Self::api(base).with("hello", &hello);
        pages
            .into_iter()
            .fold(targets, |targets, page| targets.with(page, base))
    }

    #[must_use]
    pub fn with(mut self, name: &str, base: &str) -> Self {
        self.0
            .insert(name.to_owned(), base.trim_end_matches('/').to_owned());
        self
    }

    fn base(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// What decides where the original and the text of its task disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Either is right.
    Plain,
    /// Only the text is right.
    TaskText,
}

/// What came of a play.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub failures: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
            ..
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// How many steps a play must at least bring to an end, so that one that plays nothing is noticed.
pub fn required_steps(file: &str, targets: &Targets, only: impl Fn(&str) -> bool) -> Result<usize> {
    let scenarios = scenarios(file)?;
    let steps = scenarios
        .iter()
        .filter(|s| only(&s.name))
        .flat_map(|s| &s.steps);
    Ok(steps
        .filter(|step| targets.base(&step.target).is_some() && !step.optional)
        .count())
}

/// Plays all scenarios of the project as they are written, and says how that went; whatever fails is an error.
pub async fn plays(targets: &Targets, what: &str) -> Result<()> {
    let all = |_: &str| true;
    let tally = play(PUBLIC, targets, Reading::Plain, all).await?;
    announce(&format!("golden {what}: {tally}"));
    ensure!(tally.failed == 0, "{}", tally.failures.join("\n"));
    let required = required_steps(PUBLIC, targets, all)?;
    ensure!(tally.passed >= required, "{what}: {tally}");
    Ok(())
}

type Expectation = Map<String, Value>;

#[derive(Debug, Deserialize)]
struct Scenario {
    name: String,
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    #[serde(default)]
    name: String,
    #[serde(default = "api")]
    target: String,
    #[serde(default = "get")]
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "given")]
    body: Option<Value>,
    raw: Option<String>,
    raw_hex: Option<String>,
    #[serde(default)]
    pause_s: f64,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    capture: BTreeMap<String, String>,
    #[serde(default)]
    expect: Expectation,
    #[serde(default)]
    also_ok: Vec<Expectation>,
}

fn api() -> String {
    "api".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

/// A body of `null` is a body, where `Option` alone would take it for none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn scenarios(file: &str) -> Result<Vec<Scenario>> {
    let lines = file
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| serde_json::from_str(line).with_context(|| format!("line {}", at + 1)))
        .collect()
}
