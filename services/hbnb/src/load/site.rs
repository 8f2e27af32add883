//! What there is to visit, learned from the site itself.

use anyhow::{Context, bail};
use bytes::Bytes;
use domain::Id;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, ETAG};
use http::{HeaderValue, Method, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::{Answer, Ask, Client};

/// Pages of the first list that are known, places, and rows of other kinds.
const PAGES: usize = 5;
const PLACES: usize = 500;
const ROWS: usize = 100;
/// What browsers take.
pub(super) const PACKED: HeaderValue = HeaderValue::from_static("gzip, deflate, br, zstd");
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The parts of a site that visitors go to; there is at least one page, and if it is not empty one state, city and place.
pub(crate) struct Site {
    /// What the site calls itself.
    pub(super) host: String,
    /// The first page, and those that follow it.
    pub(super) pages: Vec<String>,
    pub(super) assets: Vec<Asset>,
    pub(super) states: Vec<Id>,
    pub(super) cities: Vec<Id>,
    pub(super) amenities: Vec<Id>,
    pub(super) places: Vec<Id>,
}

/// A file of the first page.
pub(super) struct Asset {
    pub(super) path: String,
    pub(super) tag: Option<HeaderValue>,
}

#[derive(Deserialize)]
struct Row {
    id: Id,
    #[serde(default)]
    cities: Vec<Row>,
}

impl Site {
    /// Asks the site what it has. One that has nothing yet is an error, if that is not allowed.
    pub(crate) async fn learn(client: &Client, allow_empty: bool) -> anyhow::Result<Site> {
        let site = Site::ask(client, allow_empty).await;
        site.with_context(|| format!("{} cannot be visited", client.target()))
            // On one line, as every error is told.
            .map_err(|error| anyhow::anyhow!("{error:#}"))
    }

    /// Whether there is nothing but a first page.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty() || self.cities.is_empty()
    }

    async fn ask(client: &Client, allow_empty: bool) -> anyhow::Result<Site> {
        let first = String::from_utf8(get(client, "/").await?.body.to_vec())?;
        let mut assets = Vec::new();
        for path in files(&first) {
            let mut ask = ask(Method::GET, &path, Bytes::new())?;
            ask.headers_mut().insert(ACCEPT_ENCODING, PACKED);
            let tag = send(client, ask).await?.headers.remove(ETAG);
            assets.push(Asset { path, tag });
        }
        if assets.is_empty() {
            bail!("its first page is not that of HBNB");
        }
        let states = format!("/api/v1/states?include=cities&limit={ROWS}");
        let states: Vec<Row> = read(&get(client, &states).await?)?;
        let amenities: Vec<Row> =
            read(&get(client, &format!("/api/v1/amenities?limit={ROWS}")).await?)?;
        let search = format!("/api/v1/places_search?limit={PLACES}");
        let mut search = ask(Method::POST, &search, Bytes::from_static(b"{}"))?;
        search.headers_mut().insert(CONTENT_TYPE, JSON);
        let places: Vec<Row> = read(&send(client, search).await?)?;
        let cities = states.iter().flat_map(|state| ids(&state.cities)).collect();
        let site = Site {
            host: client.host().to_str()?.to_owned(),
            pages: pages(client, first).await?,
            assets,
            cities,
            states: ids(&states).collect(),
            amenities: ids(&amenities).collect(),
            places: ids(&places).collect(),
        };
        if site.is_empty() && !allow_empty {
            bail!("it has no places; hbnb demo makes some");
        }
        Ok(site)
    }
}

/// A request without headers.
pub(super) fn ask(method: Method, path: &str, body: Bytes) -> http::Result<Ask> {
    Request::builder()
        .method(method)
        .uri(path)
        .body(body.into())
}

async fn get(client: &Client, path: &str) -> anyhow::Result<Answer> {
    send(client, ask(Method::GET, path, Bytes::new())?).await
}

async fn send(client: &Client, ask: Ask) -> anyhow::Result<Answer> {
    let asked = format!("{} {}", ask.method(), ask.uri());
    match client.send(ask).await {
        Ok(answer) if answer.status == 200 => Ok(answer),
        Ok(answer) => bail!("{asked} is answered with {}", answer.status),
        Err(failed) => bail!("{asked}: {}", failed.detail),
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> anyhow::Result<T> {
    serde_json::from_slice(&answer.body).context("its API gives another list than HBNB's")
}

fn ids(rows: &[Row]) -> impl Iterator<Item = Id> {
    rows.iter().map(|row| row.id)
}

/// The paths of the page and of those that follow it.
async fn pages(client: &Client, first: String) -> anyhow::Result<Vec<String>> {
    let (mut paths, mut page) = (vec!["/".to_owned()], first);
    while let Some(path) = next(&page)
        && paths.len() < PAGES
    {
        page = String::from_utf8(get(client, &path).await?.body.to_vec())?;
        paths.push(path);
    }
    Ok(paths)
}

/// The files below `/static/` that a page names, each once.
fn files(page: &str) -> Vec<String> {
    let named = page.split("\"/static/").skip(1);
    let mut paths: Vec<String> = named
        .filter_map(|rest| rest.split_once('"'))
        .map(|(name, _)| format!("/static/{name}"))
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Where the link to the next page leads, if there is one.
fn next(page: &str) -> Option<String> {
    let (before, _) = page.split_once("rel=\"next\"")?;
    let (_, link) = before.rsplit_once("href=\"")?;
    let (path, _) = link.split_once('"')?;
    Some(path.replace("&#38;", "&").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::{files, next};

    #[test]
    fn what_a_page_names() {
        let page = "<link href=\"/static/b.css\"><script src=\"/static/a.js\"></script>\
            <img src=\"/static/b.css\"><a href=\"/\">1</a> <a href=\"/?a=1&#38;cursor=2\" rel=\"next\">2</a>";
        assert_eq!(files(page), ["/static/a.js", "/static/b.css"]);
        assert_eq!(next(page).as_deref(), Some("/?a=1&cursor=2"));
        assert_eq!(next("<a href=\"/\">1</a>"), None);
    }
}
