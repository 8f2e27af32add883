//! Every page fits into every window, in both themes. The pictures are kept where `HBNB_TEST_SCREENSHOTS` says.

use std::path::PathBuf;

use rig::browser::Theme;
use rig::environment::variable;

use super::pages::{is_clean, pages};
use super::site::visit;

/// A telephone, a tablet and a screen, in CSS pixels.
const WINDOWS: [(u32, u32); 3] = [(360, 740), (820, 1180), (1440, 900)];

#[tokio::test]
async fn all_pages_fit() {
    let Some((site, browser)) = visit("the pages in windows of three sizes").await else {
        return;
    };
    let folder = variable("HBNB_TEST_SCREENSHOTS").map(PathBuf::from);
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder).unwrap();
    }
    for (name, path) in pages(&site).await {
        browser.open(&path).await.unwrap();
        for (width, height) in WINDOWS {
            browser.set_size(width, height).await.unwrap();
            for theme in Theme::BOTH {
                browser.set_theme(theme).await.unwrap();
                let overflow = browser.overflow().await.unwrap();
                assert_eq!(overflow, 0, "{name} at {width} px, {}", theme.name());
                if let Some(folder) = &folder {
                    let file = format!("{name}-{width}-{}.png", theme.name());
                    browser.screenshot(&folder.join(file)).await.unwrap();
                }
            }
        }
        is_clean(&browser, name).await;
    }
}
