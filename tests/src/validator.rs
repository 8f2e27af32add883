//! The Nu Html Checker, which is what the W3C validates pages with.

use crate::environment::variable;
use crate::skip::{Tool, missing};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::process::Command;
use tempfile::TempDir;

const VNU: &str = "HBNB_TEST_VNU";

/// The checker, a Java archive.
#[derive(Debug)]
pub struct Validator {
    archive: String,
}

impl Validator {
    /// Finds it and a Java; where one is not installed, `what` is skipped.
    pub fn find(what: &str) -> Option<Self> {
        let archive = variable(VNU);
        if archive.is_none() {
            let why = format!("{VNU} is not set; make setup installs it, make test sets it");
            missing(Tool::Vnu, what, &why);
        } else if Command::new("java").arg("-version").output().is_err() {
            missing(Tool::Vnu, what, "there is no java");
            return None;
        }
        archive.map(|archive| Self { archive })
    }

    /// All errors and warnings on these pages, of which each is a name and its HTML.
    pub fn check(&self, pages: &[(String, String)]) -> Result<Vec<String>> {
        let folder = TempDir::new()?;
        let mut command = Command::new("java");
        // It goes deep into pages, with the stack that it has by default sometimes too deep.
        command.args(["-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", &self.archive]);
        command.args(["--stdout", "--format", "json", "--exit-zero-always"]);
        for (at, (_, html)) in pages.iter().enumerate() {
            let file = folder.path().join(format!("{at}.html"));
            std::fs::write(&file, html)?;
            command.arg(file);
        }
        let output = command.output().context("cannot run java")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "the checker: {said}");
        let report: Report = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("the checker said: {said}"))?;
        let messages = report.messages.into_iter();
        Ok(messages.map(|message| message.on(pages)).collect())
    }
}

#[derive(Deserialize)]
struct Report {
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    url: Option<String>,
    last_line: Option<u32>,
    message: String,
    extract: Option<String>,
}

impl Message {
    fn on(self, pages: &[(String, String)]) -> String {
        let Self {
            url,
            last_line,
            message,
            extract,
        } = self;
        let number = || url?.rsplit('/').next()?.strip_suffix(".html")?.parse().ok();
        let page = number().and_then(|at: usize| pages.get(at));
        let page = page.map_or("?", |(name, _)| name);
        let line = last_line.unwrap_or_default();
        format!(
            "{page}, line {line}: {message} {}",
            extract.unwrap_or_default()
        )
    }
}
