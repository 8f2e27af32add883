//! An empty database of either engine, for one test.

use crate::environment::test_database_url;
use crate::postgres::{Database, query};
use crate::server::{Binary, run};
use crate::skip::{Tool, missing};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Places that one step of filling brings.
const STEP: usize = 25_000;

/// A database, and a folder for whatever else the test makes; dropping it removes both.
#[derive(Debug)]
pub struct Storage {
    url: String,
    database: Option<Database>,
    folder: TempDir,
}

impl Storage {
    /// A SQLite file that is not there yet.
    pub fn sqlite() -> Result<Self> {
        let folder = TempDir::new()?;
        Ok(Self {
            url: format!("sqlite:{}", folder.path().join("hbnb.db").display()),
            database: None,
            folder,
        })
    }

    /// A database on the server of the tests; without one, `what` is skipped.
    pub fn postgres(what: &str) -> Result<Option<Self>> {
        let Some(server) = test_database_url() else {
            missing(Tool::Postgres, what, "HBNB_TEST_DATABASE_URL is not set");
            return Ok(None);
        };
        let database = Database::create(&server)?;
        Ok(Some(Self {
            url: database.url().to_owned(),
            database: Some(database),
            folder: TempDir::new()?,
        }))
    }

    /// Fills it with so many places of the demo, by steps, each of which even a debug build takes in a minute.
    pub async fn fill(&self, places: usize) -> Result<()> {
        let hbnb = Binary::named("hbnb")?;
        let envs = [("HBNB_DATABASE_URL", self.url())];
        let steps = (1..places.div_ceil(STEP)).map(|step| step * STEP);
        for reached in steps.chain([places]) {
            let args = ["demo", "--places", &reached.to_string()];
            let output = run(&hbnb, &args, &envs, self.folder()).await?;
            ensure!(output.status.success(), "{output:?}");
        }
        Ok(())
    }

    /// What `--database-url` is given.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs SQL with the engine's own program; the answer has a line per row and `|` between columns.
    pub fn query(&self, sql: &str) -> Result<String> {
        if let Some(database) = &self.database {
            return query(database.url(), sql);
        }
        let file = self.url.trim_start_matches("sqlite:");
        let output = Command::new("sqlite3")
            .args(["-batch", "-bail", file, sql])
            .output()
            .context("sqlite3 is not installed")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "sqlite3: {}", said.trim());
        let answer = String::from_utf8_lossy(&output.stdout);
        Ok(answer.trim_end().to_owned())
    }

    /// Whether [`query`](Self::query) can work here; where it cannot, `what` is skipped.
    pub fn takes_queries(&self, what: &str) -> bool {
        let tool = match self.database {
            Some(_) => Tool::Postgres,
            None => Tool::Sqlite3,
        };
        self.query("SELECT 1")
            .inspect_err(|error| missing(tool, what, &format!("{error:#}")))
            .is_ok()
    }
}
