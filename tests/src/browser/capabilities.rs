//! How Chromium is started.

use anyhow::Result;
use serde_json::json;
use std::path::Path;
use thirtyfour::{
    BrowserCapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities,
    LoggingPrefsLogLevel,
};

/// Nothing that a page did not ask for reaches the network.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    // The sandbox wants no root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A page is as wide as its window, as on a telephone.
    "--hide-scrollbars",
    // Its handler of crashes would outlive it by a moment.
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--lang=en-US",
];
const BLOCKED: u8 = 2;

pub(super) fn capabilities(profile: &Path, javascript: bool) -> Result<ChromeCapabilities> {
    let mut wanted = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        wanted.add_arg(argument)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    if !javascript {
        let off = json!({"profile.managed_default_content_settings.javascript": BLOCKED});
        wanted.set_browser_option("prefs", off)?;
    }
    wanted.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
    wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
    Ok(wanted)
}
