//! `hbnb load`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::ArgMatches;
use http::{HeaderMap, HeaderName, HeaderValue};
use kit::config::{Opt, Secret, Settings, Span};
use kit::{program, serve};
use serde::Deserialize;

use crate::cli;
use crate::load::{self, Condition, Pace, Plan, Target, Weights};

#[derive(Deserialize)]
struct Own {
    api_token: Option<Secret>,
}

pub(crate) async fn run(options: &[Opt], flags: &ArgMatches) -> anyhow::Result<ExitCode> {
    let settings = cli::settings(options, flags)?;
    program::start_log(&settings)?;
    let plan = plan(&settings, flags)?;
    if plan.weights.write() && !flags.get_flag("writes") {
        cli::load::unasked_writes().print()?;
        return Ok(ExitCode::from(2));
    }
    let connections = match plan.pace {
        Pace::Rate { most, .. } => most,
        Pace::Users { users, .. } => users,
    };
    serve::raise_file_limit(u32::try_from(connections)?);
    let mut report = load::run(&plan).await?;
    let conditions = flags.get_many::<Condition>("fail_on").into_iter().flatten();
    report.conditions = conditions.map(|one| one.judge(&report)).collect();
    match flags.get_flag("json") {
        true => program::say(&serde_json::to_string_pretty(&report)?)?,
        false => program::say(&report.to_string())?,
    }
    let failed = report.conditions.iter().filter(|one| one.failed);
    let failed: Vec<String> = failed.map(ToString::to_string).collect();
    match failed.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => bail!("the run failed on {}", failed.join(", ")),
    }
}

fn plan(settings: &Settings, flags: &ArgMatches) -> anyhow::Result<Plan> {
    let own: Own = settings.get()?;
    let weights = flags.get_one::<Weights>("journeys").cloned();
    let pace = match flags.get_one::<u32>("users") {
        Some(users) => Pace::Users {
            users: *users as usize,
            think: time(flags, "think")?,
        },
        None => Pace::Rate {
            rate: given(flags, "rate")?,
            most: given::<u32>(flags, "max_in_flight")? as usize,
        },
    };
    Ok(Plan {
        target: given::<Target>(flags, "url")?,
        pace,
        duration: time(flags, "duration")?,
        timeout: time(flags, "timeout")?,
        weights: weights.unwrap_or_else(|| match flags.get_flag("writes") {
            true => Weights::writing(),
            false => Weights::looking(),
        }),
        fresh: flags.get_flag("fresh"),
        insecure: flags.get_flag("insecure"),
        allow_empty: flags.get_flag("allow-empty"),
        headers: headers(flags),
        token: own.api_token,
    })
}

fn headers(flags: &ArgMatches) -> HeaderMap {
    let given = flags.get_many::<(HeaderName, HeaderValue)>("header");
    given.into_iter().flatten().cloned().collect()
}

fn time(flags: &ArgMatches, name: &str) -> anyhow::Result<Duration> {
    given::<Span>(flags, name).map(Duration::from)
}

/// The value of a flag that has a default.
fn given<T: Clone + Send + Sync + 'static>(flags: &ArgMatches, name: &str) -> anyhow::Result<T> {
    match flags.get_one::<T>(name) {
        Some(value) => Ok(value.clone()),
        None => bail!("--{name} has no value"),
    }
}
