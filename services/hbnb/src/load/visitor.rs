//! Visitors, one after another, and their requests.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use domain::Id;
use fastrand::Rng;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, IF_NONE_MATCH, ORIGIN};
use http::{HeaderValue, Method};
use kit::config::Secret;
use url::form_urlencoded::Serializer;

use super::client::Ask;
use super::journey::{Journey, Step, WITHOUT_PLACES, Weights};
use super::judge::Wanted;
use super::site::{Asset, JSON, PACKED, Site, ask};

/// Who writes the reviews.
pub(crate) const AUTHOR: &str = "hbnb-load@example.com";
/// How every page of places says that they are there.
const RESULTS: &str = "id=\"results\"";
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A request, and what it is for.
pub(crate) struct Visit {
    pub(crate) step: Step,
    pub(crate) ask: Ask,
    pub(crate) wanted: Wanted,
}

/// What is written by this run.
#[derive(Clone)]
pub(crate) struct Review {
    run: String,
    token: Option<Secret>,
    written: Arc<AtomicU64>,
}

impl Review {
    pub(crate) fn new(token: Option<Secret>) -> Review {
        Review {
            run: Id::random().to_string()[..8].to_owned(),
            token,
            written: Arc::default(),
        }
    }

    fn form(&self) -> String {
        let number = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        let text = format!("Written by hbnb load, run {}, number {number}.", self.run);
        let mut form = Serializer::new(String::new());
        form.append_pair("text", &text).append_pair("email", AUTHOR);
        if let Some(token) = &self.token {
            form.append_pair("token", token.expose());
        }
        form.finish()
    }
}

/// Visitors of a site, one after another: each makes one journey, in the order that its seed gives.
pub(crate) struct Visitor {
    site: Arc<Site>,
    deck: Arc<[Journey]>,
    review: Review,
    rng: Rng,
    rest: slice::Iter<'static, Step>,
    /// The place that the journey is about.
    place: Id,
}

impl Visitor {
    pub(crate) fn new(site: Arc<Site>, weights: &Weights, review: Review) -> Visitor {
        Visitor {
            site,
            deck: weights.deck().into(),
            review,
            rng: Rng::with_seed(0),
            rest: [].iter(),
            place: Id::MIN,
        }
    }

    /// The same with an order of its own.
    pub(crate) fn seeded(&self, seed: u64) -> Visitor {
        Visitor {
            site: Arc::clone(&self.site),
            deck: Arc::clone(&self.deck),
            review: self.review.clone(),
            rng: Rng::with_seed(seed),
            rest: [].iter(),
            place: self.place,
        }
    }

    /// The next request of this visitor, or the first one of the next.
    pub(crate) fn next(&mut self) -> http::Result<Visit> {
        let step = loop {
            if let Some(step) = self.rest.next() {
                break *step;
            }
            let journey = self.deck[self.rng.usize(..self.deck.len())];
            if self.site.is_empty() {
                self.rest = WITHOUT_PLACES.iter();
                continue;
            }
            self.rest = journey.steps().iter();
            self.place = one(&mut self.rng, &self.site.places);
        };
        self.visit(step)
    }

    fn visit(&mut self, step: Step) -> http::Result<Visit> {
        let (rng, site, place) = (&mut self.rng, &*self.site, self.place);
        let (ask, wanted) = match step {
            Step::FirstPage => page("/", RESULTS.to_owned())?,
            Step::NextPage => {
                // A site with few places has one page.
                let page_number = 1 + rng.usize(..site.pages.len().max(2) - 1);
                let path = site.pages.get(page_number).unwrap_or(&site.pages[0]);
                page(path, RESULTS.to_owned())?
            }
            Step::Asset => (asset(chosen(rng, site), false)?, Wanted::File),
            Step::AssetAgain => (asset(chosen(rng, site), true)?, Wanted::SameFile),
            Step::State => {
                let path = format!("/regions/{}", one(rng, &site.states));
                page(&path, "id=\"cities-title\"".to_owned())?
            }
            Step::City => {
                let path = format!("/cities/{}", one(rng, &site.cities));
                page(&path, format!("{path}/places/new"))?
            }
            Step::Filtered => page(&filter(rng, site), RESULTS.to_owned())?,
            Step::Search => (search(rng, site)?, Wanted::List),
            Step::Place => {
                let path = format!("/places/{place}");
                page(&path, format!("{path}/reviews/new"))?
            }
            Step::Reviews => {
                let path = format!("/places/{place}");
                page(&format!("{path}/reviews"), path)?
            }
            Step::ReviewList => {
                let path = format!("/api/v1/places/{place}/reviews?limit=10");
                (get(&path)?, Wanted::List)
            }
            Step::Form => {
                let path = format!("/places/{place}");
                page(&format!("{path}/reviews/new"), path)?
            }
            Step::Send => (self.send()?, Wanted::Redirect(format!("/places/{place}"))),
        };
        Ok(Visit { step, ask, wanted })
    }

    fn send(&self) -> http::Result<Ask> {
        let path = format!("/places/{}/reviews/new", self.place);
        let mut ask = ask(Method::POST, &path, self.review.form().into())?;
        let origin = HeaderValue::try_from(format!("http://{}", self.site.host))?;
        let headers = ask.headers_mut();
        headers.insert(CONTENT_TYPE, FORM);
        headers.insert(ORIGIN, origin);
        Ok(ask)
    }
}

fn get(path: &str) -> http::Result<Ask> {
    ask(Method::GET, path, Bytes::new())
}

fn page(path: &str, mark: String) -> http::Result<(Ask, Wanted)> {
    Ok((get(path)?, Wanted::Page(mark)))
}

fn asset(asset: &Asset, again: bool) -> http::Result<Ask> {
    let mut ask = get(&asset.path)?;
    ask.headers_mut().insert(ACCEPT_ENCODING, PACKED);
    if let Some(tag) = asset.tag.as_ref().filter(|_| again) {
        ask.headers_mut().insert(IF_NONE_MATCH, tag.clone());
    }
    Ok(ask)
}

fn filter(rng: &mut Rng, site: &Site) -> String {
    let state = one(rng, &site.states);
    match site.amenities.is_empty() {
        true => format!("/?state={state}"),
        false => format!("/?state={state}&amenity={}", one(rng, &site.amenities)),
    }
}

fn search(rng: &mut Rng, site: &Site) -> http::Result<Ask> {
    let state = one(rng, &site.states);
    let amenities: Vec<Id> = rng.choice(&site.amenities).copied().into_iter().collect();
    let wanted = serde_json::json!({ "states": [state], "amenities": amenities });
    let path = "/api/v1/places_search?limit=24";
    let mut ask = ask(Method::POST, path, wanted.to_string().into())?;
    ask.headers_mut().insert(CONTENT_TYPE, JSON);
    Ok(ask)
}

fn chosen<'a>(rng: &mut Rng, site: &'a Site) -> &'a Asset {
    &site.assets[rng.usize(..site.assets.len())]
}

/// One of several; there is one at least.
fn one(rng: &mut Rng, all: &[Id]) -> Id {
    all[rng.usize(..all.len())]
}
