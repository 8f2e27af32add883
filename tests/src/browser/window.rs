//! How the window looks, and what it looks like.

use super::Browser;
use anyhow::{Context, Result};
use serde_json::json;
use std::path::Path;

/// What the person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const BOTH: [Theme; 2] = [Theme::Light, Theme::Dark];

    /// Its name in style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What a page is shown on, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Media {
    pub theme: Theme,
    /// Whether it is printed.
    pub is_paper: bool,
    /// Whether nothing is to move by itself.
    pub is_still: bool,
}

impl Media {
    /// A screen. Nothing moves smoothly there: a click would miss what it is meant for.
    pub fn screen(theme: Theme) -> Self {
        Self {
            theme,
            is_paper: false,
            is_still: true,
        }
    }

    /// A sheet of paper.
    pub fn paper(theme: Theme) -> Self {
        Self {
            is_paper: true,
            ..Self::screen(theme)
        }
    }
}

impl Browser {
    /// Makes the page this wide and high, in CSS pixels.
    pub async fn set_size(&self, width: u32, height: u32) -> Result<()> {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", size).await
    }

    /// What `prefers-color-scheme` says from now on, on a screen.
    pub async fn set_theme(&self, theme: Theme) -> Result<()> {
        self.set_media(Media::screen(theme)).await
    }

    /// What the media queries of style sheets find from now on.
    pub async fn set_media(&self, media: Media) -> Result<()> {
        let medium = if media.is_paper { "print" } else { "screen" };
        let motion = match media.is_still {
            true => "reduce",
            false => "no-preference",
        };
        let features = json!([
            {"name": "prefers-color-scheme", "value": media.theme.name()},
            {"name": "prefers-reduced-motion", "value": motion},
        ]);
        let media = json!({"media": medium, "features": features});
        self.tell("Emulation.setEmulatedMedia", media).await
    }

    /// Forgets what it has loaded, so that the next page is the first one.
    pub async fn clear_cache(&self) -> Result<()> {
        self.tell("Network.clearBrowserCache", json!({})).await
    }

    /// How far the page is wider than its window, in CSS pixels.
    pub async fn overflow(&self) -> Result<u32> {
        let script = "
            const { scrollWidth, clientWidth } = document.documentElement;
            return Math.max(0, scrollWidth - clientWidth);";
        self.evaluate(script).await
    }

    /// How much of the page has moved by itself since it was opened: the sum of its layout shifts (CLS).
    pub async fn layout_shift(&self) -> Result<f64> {
        let script = "
            const done = arguments[0];
            let sum = 0;
            const add = (entries) => entries.forEach((entry) => { if (!entry.hadRecentInput) sum += entry.value; });
            const observer = new PerformanceObserver((list) => add(list.getEntries()));
            observer.observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
                add(observer.takeRecords());
                done(sum);
            })));";
        let returned = self.session.execute_async(script, Vec::new()).await?;
        Ok(returned.convert()?)
    }

    /// What the first picture of the page had to wait for, of what a `script` or a `link` asks for.
    pub async fn render_blocking(&self, initiator: &str) -> Result<Vec<String>> {
        let script = "
            const { origin } = location;
            return performance.getEntriesByType('resource')
                .filter((one) => one.initiatorType === arguments[0] && one.renderBlockingStatus === 'blocking')
                .map((one) => one.name.replace(origin, ''));";
        self.evaluate_with(script, &[json!(initiator)]).await
    }

    /// Writes a picture of the whole page, as PNG.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        let script = "return [innerWidth, innerHeight, document.documentElement.scrollHeight]";
        let [width, height, whole]: [u32; 3] = self.evaluate(script).await?;
        self.set_size(width, whole).await?;
        let taken = self.session.screenshot(path).await;
        self.set_size(width, height).await?;
        taken.with_context(|| path.display().to_string())
    }

    async fn tell(&self, method: &str, parameters: serde_json::Value) -> Result<()> {
        let told = self.session.cdp().send_raw(method, parameters).await;
        told.map(drop).with_context(|| method.to_owned())
    }
}
