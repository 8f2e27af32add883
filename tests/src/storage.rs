//! An empty database of either engine, for one test.

use crate::environment::test_database_url;
use crate::postgres::{Database, query};
use crate::server::{Binary, run};
use crate::skip::{Tool, missing};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Places that the demo brings; it takes much longer for many more.
const OF_THE_DEMO: usize = 25_000;
/// Of ids, whose first one is another in each copy of a row.
const DIGITS: &str = "0123456789abcdef";

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

    /// Fills it with so many places of the demo. Of more than 25,000, a multiple of that, the others are copies with the
    /// same amenities and without reviews.
    pub async fn fill(&self, places: usize) -> Result<()> {
        let hbnb = Binary::named("hbnb")?;
        let envs = [("HBNB_DATABASE_URL", self.url())];
        let args = ["demo", "--places", &places.min(OF_THE_DEMO).to_string()];
        let output = run(&hbnb, &args, &envs, self.folder()).await?;
        ensure!(output.status.success(), "{output:?}");
        if places > OF_THE_DEMO {
            let copies = places / OF_THE_DEMO - 1;
            ensure!(places.is_multiple_of(OF_THE_DEMO) && copies < DIGITS.len());
            self.copy_places(copies)?;
        }
        Ok(())
    }

    /// In the order of the ids: an index grows much faster by rows that are neighbours.
    fn copy_places(&self, copies: usize) -> Result<()> {
        let turned = (1..=copies).map(|by| {
            let (first, rest) = DIGITS.split_at(by);
            format!("SELECT '{rest}{first}' AS turned")
        });
        let turned: Vec<String> = turned.collect();
        let turned = format!("({}) AS copies", turned.join(" UNION ALL "));
        let id = |column: &str| match self.database {
            Some(_) => format!(
                "(translate(left({column}::text, 1), '{DIGITS}', turned) || substr({column}::text, 2))::uuid"
            ),
            None => format!(
                "substr(turned, instr('{DIGITS}', substr({column}, 1, 1)), 1) || substr({column}, 2)"
            ),
        };
        let others = "created_at, updated_at, city_id, user_id, name, description, number_rooms, \
                      number_bathrooms, max_guest, price_by_night, latitude, longitude";
        let [of_place, of_link] = ["id", "place_id"].map(id);
        let sql = format!(
            "INSERT INTO places (id, {others}) SELECT {of_place}, {others} FROM places CROSS JOIN {turned} ORDER BY 1;
             INSERT INTO place_amenity (place_id, amenity_id)
                 SELECT {of_link}, amenity_id FROM place_amenity CROSS JOIN {turned} ORDER BY 1, 2"
        );
        self.query(&sql).map(|_| ())
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
