//! Sends the steps in their order and counts what comes of them.

use super::expectation::judge;
use super::variables::{Variables, pointer};
use super::{Expectation, Reading, Scenario, Step, Tally, Targets, scenarios};
use crate::http::{self, Reply};
use anyhow::{Context, Result, bail};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);
const LONGEST_PAUSE: f64 = 5.0;

/// Plays the scenarios of `file` (JSON lines) whose name `only` admits, one after another.
pub async fn play(
    file: &str,
    targets: &Targets,
    reading: Reading,
    only: impl Fn(&str) -> bool,
) -> Result<Tally> {
    let mut tally = Tally::default();
    for scenario in scenarios(file)?
        .iter()
        .filter(|scenario| only(&scenario.name))
    {
        play_one(scenario, targets, reading, &mut tally).await;
    }
    Ok(tally)
}

async fn play_one(scenario: &Scenario, targets: &Targets, reading: Reading, tally: &mut Tally) {
    let mut known = Variables::default();
    for (at, step) in scenario.steps.iter().enumerate() {
        let Some(base) = targets.base(&step.target) else {
            tally.skipped += 1;
            continue;
        };
        let missing = known.missing(&step.path);
        if step.optional && !missing.is_empty() {
            continue;
        }
        match play_step(step, base, reading, &missing, &mut known).await {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                tally.failed += 1;
                let label = format!("{} / {} {}", scenario.name, at + 1, step.name);
                tally.failures.push(format!("{label}: {error:#}"));
            }
        }
    }
}

async fn play_step(
    step: &Step,
    base: &str,
    reading: Reading,
    missing: &[String],
    known: &mut Variables,
) -> Result<()> {
    if !missing.is_empty() {
        bail!(
            "needs {}, which an earlier step did not give",
            missing.join(", ")
        );
    }
    let reply = send(step, base, known).await?;
    let verdict = verdict(step, reading, &reply, known);
    capture(step, &reply, known);
    verdict
}

async fn send(step: &Step, base: &str, known: &Variables) -> Result<Reply> {
    if step.pause_s > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(step.pause_s.min(LONGEST_PAUSE))).await;
    }
    let mut headers: Vec<(String, String)> = step
        .headers
        .iter()
        .map(|(name, value)| (known.fill(name), known.fill(value)))
        .collect();
    let has = |name: &str| {
        step.headers
            .keys()
            .any(|key| key.eq_ignore_ascii_case(name))
    };
    let body = body(step, known)?;
    if body.is_some() && step.raw.is_none() && step.raw_hex.is_none() && !has("content-type") {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    if !has("accept-encoding") {
        headers.push(("Accept-Encoding".to_owned(), "identity".to_owned()));
    }
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    http::send(
        base,
        &step.method,
        &known.fill(&step.path),
        &headers,
        body,
        TIMEOUT,
    )
    .await
}

fn body(step: &Step, known: &Variables) -> Result<Option<Vec<u8>>> {
    if let Some(raw) = &step.raw {
        return Ok(Some(known.fill(raw).into_bytes()));
    }
    if let Some(hex) = &step.raw_hex {
        return bytes_of(hex).map(Some);
    }
    let json = step
        .body
        .as_ref()
        .map(|value| known.fill_value(value).to_string().into_bytes());
    Ok(json)
}

fn bytes_of(hex: &str) -> Result<Vec<u8>> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2).map(|pair| {
        let text = std::str::from_utf8(pair)?;
        u8::from_str_radix(text, 16).with_context(|| format!("raw_hex: {text:?}"))
    });
    pairs.collect()
}

fn verdict(step: &Step, reading: Reading, reply: &Reply, known: &Variables) -> Result<()> {
    let mut faults = Vec::new();
    for choice in choices(step, reading) {
        let differences = judge(choice, reply, known);
        if differences.is_empty() {
            return Ok(());
        }
        faults.push(differences.join("; "));
    }
    bail!(
        "{} {}: {}",
        step.method,
        known.fill(&step.path),
        faults.join(" | or: ")
    )
}

/// Where the text of the task has an answer of its own, `Reading::TaskText` accepts nothing else.
fn choices(step: &Step, reading: Reading) -> Vec<&Expectation> {
    let is_text = |one: &&Expectation| one.get("from").is_some_and(|from| from == "task text");
    let text: Vec<_> = step.also_ok.iter().filter(is_text).collect();
    if reading == Reading::TaskText && !text.is_empty() {
        return text;
    }
    std::iter::once(&step.expect).chain(&step.also_ok).collect()
}

/// What cannot be captured is missed by the step that needs it.
fn capture(step: &Step, reply: &Reply, known: &mut Variables) {
    for (name, path) in &step.capture {
        let value = match path.strip_prefix("header:") {
            Some(header) => reply.header(header).map(Into::into),
            None => {
                let document = reply.json().ok();
                document.and_then(|json| pointer(&json, &known.fill(path)).ok().cloned())
            }
        };
        if let Some(value) = value {
            known.set(name, value);
        }
    }
}
