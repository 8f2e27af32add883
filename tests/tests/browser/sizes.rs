//! Every page fits into every window, in both themes. The pictures are kept where `HBNB_TEST_SCREENSHOTS` says.

use std::path::PathBuf;

use rig::browser::Theme;
use rig::environment::variable;
use rig::{Browser, announce};

use super::pages::{id, is_clean, originals, pages};
use super::site::visit;

/// A telephone, a tablet and a screen, in CSS pixels.
pub(super) const WINDOWS: [(u32, u32); 3] = [(360, 740), (820, 1180), (1440, 900)];

/// Where pictures go, if they are wanted.
struct Album(Option<PathBuf>);

impl Album {
    fn open() -> Album {
        let folder = variable("HBNB_TEST_SCREENSHOTS").map(PathBuf::from);
        if let Some(folder) = &folder {
            std::fs::create_dir_all(folder).unwrap();
        }
        Album(folder)
    }

    async fn add(&self, browser: &Browser, name: &str) {
        if let Album(Some(folder)) = self {
            let file = folder.join(format!("{name}.png"));
            browser.screenshot(&file).await.unwrap();
        }
    }

    fn close(self, what: &str) {
        if let Album(Some(folder)) = self {
            announce(&format!("pictures of {what}: {}", folder.display()));
        }
    }
}

#[tokio::test]
async fn all_pages_fit() {
    let Some((site, browser)) = visit("the pages in windows of three sizes").await else {
        return;
    };
    let album = Album::open();
    for (name, path) in pages(&site).await {
        browser.open(&path).await.unwrap();
        is_clean(&browser, name).await;
        for (width, height) in WINDOWS {
            browser.set_size(width, height).await.unwrap();
            for theme in Theme::BOTH {
                browser.set_theme(theme).await.unwrap();
                let overflow = browser.overflow().await.unwrap();
                let name = format!("{name}-{width}-{}", theme.name());
                assert_eq!(overflow, 0, "{name}");
                album.add(&browser, &name).await;
            }
        }
    }
    album.close("the site's pages");
}

/// They are as wide as the originals made them, and have one theme.
#[tokio::test]
async fn the_originals_have_their_picture_taken() {
    let Some((site, browser)) = visit("pictures of the pages of the originals").await else {
        return;
    };
    let album = Album::open();
    let states = site.api("/states?sort=name").await;
    let state = id(&states[0]);
    for page in originals(state) {
        browser.open(&page).await.unwrap();
        is_clean(&browser, &page).await;
        let name = page
            .trim_start_matches('/')
            .replace(state, "one")
            .replace('/', "-");
        album.add(&browser, &format!("original-{name}")).await;
    }
    album.close("the pages of the originals");
}
