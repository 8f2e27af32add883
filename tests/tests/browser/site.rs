//! What the stories begin with.

use std::time::Duration;

use rig::http::{get, send};
use rig::{Binary, Browser, Server, Storage, until};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(20);

/// All of `hbnb serve`, on SQLite.
pub(super) struct Site {
    server: Server,
    _storage: Storage,
}

impl Site {
    /// With the demo's states, places and people.
    pub(super) async fn start() -> Site {
        Site::with(&[], &[]).await
    }

    /// With nothing in it.
    pub(super) async fn empty() -> Site {
        Site::with(&["--no-demo"], &[]).await
    }

    /// With the demo's data, which only those may change who have this token.
    pub(super) async fn guarded(token: &str) -> Site {
        Site::with(&[], &[("HBNB_API_TOKEN", token)]).await
    }

    async fn with(options: &[&str], envs: &[(&str, &str)]) -> Site {
        let storage = Storage::sqlite().unwrap();
        let binary = Binary::named("hbnb").unwrap();
        let args = [&["serve", "--database-url", storage.url()], options].concat();
        let server = Server::start(&binary, &args, envs, storage.folder());
        Site {
            server: server.await.unwrap(),
            _storage: storage,
        }
    }

    pub(super) fn base(&self) -> &str {
        self.server.base()
    }

    /// What the API has at this path below `/api/v1`.
    pub(super) async fn api(&self, path: &str) -> Value {
        let reply = get(self.base(), &format!("/api/v1{path}")).await.unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json().unwrap()
    }

    /// What the API answers to this body.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Value {
        let headers = [("Content-Type", "application/json")];
        let body = Some(body.to_string().into_bytes());
        let path = format!("/api/v1{path}");
        let limit = Duration::from_secs(20);
        let reply = send(self.base(), "POST", &path, &headers, body, limit);
        let reply = reply.await.unwrap();
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json().unwrap()
    }

    /// The names of the places that a search finds, sorted.
    pub(super) async fn found(&self, filters: Value) -> Vec<String> {
        names(&self.post("/places_search", &filters).await)
    }

    /// The demo's first state with cities, and its first amenity: some places have both.
    pub(super) async fn choice(&self) -> (Value, Value) {
        let states = self.api("/states?include=cities&sort=name").await;
        let amenities = self.api("/amenities?sort=name").await;
        for state in states.as_array().unwrap() {
            let filters = json!({"states": [state["id"]], "amenities": [amenities[0]["id"]]});
            if !self.found(filters).await.is_empty() {
                return (state.clone(), amenities[0].clone());
            }
        }
        unreachable!("the demo has such a state");
    }
}

pub(super) fn names(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    let mut names: Vec<String> = list
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// A site, and a browser for it; none where there is no browser.
pub(super) async fn visit(what: &str) -> Option<(Site, Browser)> {
    visit_with(what, Scripts::On).await
}

/// The same by one who may have JavaScript switched off.
pub(super) async fn visit_with(what: &str, scripts: Scripts) -> Option<(Site, Browser)> {
    let site = Site::start().await;
    let browser = match scripts {
        Scripts::On => Browser::start(what, site.base()).await,
        Scripts::Off => {
            let what = format!("{what}, without JavaScript");
            Browser::start_without_javascript(&what, site.base()).await
        }
    };
    Some((site, browser.unwrap()?))
}

/// Whether the browser runs the scripts of pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scripts {
    On,
    Off,
}

/// Waits until what is shown is what is wanted.
pub(super) async fn shows(browser: &Browser, selector: &str, wanted: &[String]) {
    let shown = async || browser.texts(selector).await;
    let same = async || Ok(shown().await? == wanted);
    let came = until(selector, LIMIT, same).await;
    assert_eq!(shown().await.unwrap(), wanted, "{came:?}");
}

/// Clicks on the link or button that has this text.
pub(super) async fn press(browser: &Browser, text: &str) {
    browser.control(text).await.unwrap().click().await.unwrap();
}

/// Types into the field with this label, in place of what was there.
pub(super) async fn fill(browser: &Browser, label: &str, text: &str) {
    let field = browser.field(label).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

/// Nothing was wrong on the pages that were open.
pub(super) async fn in_peace(browser: &Browser) {
    browser.until_settled().await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:#?}");
}
