//! Barriers that axe-core finds on a page.

use super::Browser;
use crate::environment::variable;
use crate::skip::{Tool, missing};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;

const AXE: &str = "HBNB_TEST_AXE";

/// The library, to be put into pages.
#[derive(Debug)]
pub struct Axe {
    script: String,
}

/// A rule of axe-core that a page breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its name there, such as `color-contrast`.
    pub rule: String,
    help: String,
    places: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, help, places } = self;
        write!(f, "{rule} ({help}):\n    {}", places.join("\n    "))
    }
}

impl Axe {
    /// Reads it; where it is not installed, `what` is skipped.
    pub fn find(what: &str) -> Result<Option<Self>> {
        let Some(file) = variable(AXE) else {
            let why = format!("{AXE} is not set; make setup installs it, make test sets it");
            missing(Tool::Axe, what, &why);
            return Ok(None);
        };
        let script = std::fs::read_to_string(&file).with_context(|| file)?;
        Ok(Some(Self { script }))
    }

    /// What the page breaks of the rules with one of these tags, or of the default rules if there is no tag.
    pub async fn violations(&self, browser: &Browser, tags: &[&str]) -> Result<Vec<Violation>> {
        let options = match tags {
            [] => json!({"resultTypes": ["violations"]}),
            tags => json!({"resultTypes": ["violations"], "runOnly": tags}),
        };
        browser.evaluate::<Value>(&self.script).await?;
        let run = "
            const done = arguments[1];
            axe.run(document, arguments[0]).then(({ violations }) => done({ violations }), (error) => done(`${error}`));";
        let returned = browser.session.execute_async(run, vec![options]).await?;
        match returned.convert()? {
            Outcome::Failed(error) => bail!("axe-core: {error}"),
            Outcome::Found { violations } => {
                Ok(violations.into_iter().map(Violation::from).collect())
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Outcome {
    Found { violations: Vec<Found> },
    Failed(String),
}

#[derive(Deserialize)]
struct Found {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    html: String,
    failure_summary: Option<String>,
}

impl From<Found> for Violation {
    fn from(found: Found) -> Self {
        let place = |node: Node| {
            let summary = node.failure_summary.unwrap_or_default();
            format!(
                "{} {}",
                node.html,
                summary.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        };
        Self {
            rule: found.id,
            help: found.help,
            places: found.nodes.into_iter().map(place).collect(),
        }
    }
}
