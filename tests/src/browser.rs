//! A real Chromium, as a person has it who opens the site: with a window, a mouse and a keyboard, and an eye on what goes
//! wrong in it. It is headless, and each has a profile of its own.

mod accessibility;
mod capabilities;
mod page;
mod record;
mod window;

pub use accessibility::{Axe, Violation};
pub use record::Exchange;
pub use thirtyfour::{Key, WebElement};
pub use window::{Media, Theme};

use crate::environment::variable;
use crate::server::{Binary, Server};
use crate::skip::{Tool, missing};
use anyhow::{Context, Result};
use record::Record;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::WebDriver;

const CHROMEDRIVER: &str = "HBNB_TEST_CHROMEDRIVER";
/// How long a page may take for what a test waits for.
const LIMIT: Duration = Duration::from_secs(20);
const START_LIMIT: Duration = Duration::from_secs(60);
const STARTED: &str = "started successfully on port ";

/// Dropping it ends its processes and removes its profile.
#[derive(Debug)]
pub struct Browser {
    session: WebDriver,
    site: String,
    record: Mutex<Record>,
    // In this order: the processes end before their folder goes.
    _driver: Server,
    _folder: TempDir,
}

impl Browser {
    /// A browser for the site at `http://host:port`. Without one on this machine, `what` is skipped.
    pub async fn start(what: &str, site: &str) -> Result<Option<Self>> {
        Self::with(what, site, true).await
    }

    /// The same with JavaScript switched off.
    pub async fn start_without_javascript(what: &str, site: &str) -> Result<Option<Self>> {
        Self::with(what, site, false).await
    }

    async fn with(what: &str, site: &str, javascript: bool) -> Result<Option<Self>> {
        let Some(program) = variable(CHROMEDRIVER) else {
            let why =
                format!("{CHROMEDRIVER} is not set; make setup installs it, make test sets it");
            missing(Tool::Chromium, what, &why);
            return Ok(None);
        };
        let folder = TempDir::new()?;
        let driver = drive(&program, folder.path())?;
        driver.until_says(STARTED, START_LIMIT).await?;
        let address = format!("http://127.0.0.1:{}", port(&driver.logs())?);
        let wanted = capabilities::capabilities(&folder.path().join("profile"), javascript)?;
        let session = WebDriver::new(address, wanted)
            .await
            .with_context(|| format!("no browser; chromedriver said:\n{}", driver.logs()))?;
        // Its own end would block the thread until an answer comes, and it ends with its driver anyway.
        session.clone().leak()?;
        let browser = Self {
            session,
            site: site.trim_end_matches('/').to_owned(),
            record: Mutex::default(),
            _driver: driver,
            _folder: folder,
        };
        browser.set_size(1280, 800).await?;
        browser.set_theme(Theme::Light).await?;
        Ok(Some(browser))
    }

    /// Whatever the network brought to pages of the site since the start, in the order of the requests.
    pub async fn exchanges(&self) -> Result<Vec<Exchange>> {
        self.look().await?;
        Ok(self.record(|record| record.exchanges().to_vec()))
    }

    /// Waits until the page has all that it asked for.
    pub async fn until_settled(&self) -> Result<()> {
        self.until(
            "the page is loaded",
            "return document.readyState === 'complete'",
        )
        .await?;
        let settled = async || {
            self.look().await?;
            Ok(self.record(Record::is_settled))
        };
        crate::process::until("all requests are answered", LIMIT, settled).await
    }

    /// What must not be seen on any page: messages in the console, such as errors and reports of the content security
    /// policy, requests to others than the site, requests that failed.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        self.look().await?;
        Ok(self.record(|record| record.complaints(&self.site)))
    }

    async fn look(&self) -> Result<()> {
        let said = self.session.browser_log().await?;
        let happened = self.session.get_log("performance").await?;
        self.record(|record| {
            said.into_iter().for_each(|entry| record.hear(&entry));
            happened
                .iter()
                .try_for_each(|entry| record.see(&entry.message))
        })
    }

    fn record<T>(&self, act: impl FnOnce(&mut Record) -> T) -> T {
        act(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Chromedriver on a free port. Whatever it and its browser leave lying about, they leave in `folder`.
fn drive(program: &str, folder: &Path) -> Result<Server> {
    let mut command = Binary::at(program).command(&["--port=0"], &[], folder);
    command.env("TMPDIR", folder).env("XDG_CONFIG_HOME", folder);
    Server::launch(command, "", "")
}

fn port(said: &str) -> Result<u16> {
    let (_, rest) = said
        .split_once(STARTED)
        .context("chromedriver names no port")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
    digits
        .unwrap_or_default()
        .parse()
        .with_context(|| format!("chromedriver said {rest}"))
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn ports() {
        let said =
            "Starting ChromeDriver 156\nChromeDriver was started successfully on port 40123.\n";
        assert_eq!(port(said).unwrap(), 40123);
        assert!(port("Starting ChromeDriver 156\n").is_err());
    }
}
