//! The pages that list states and cities. They list all of them, sorted by name.

use askama::Template;
use axum::Router;

use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

use super::page;
use crate::App;
use crate::api_client::{Api, Call};
use crate::error::{Error, Result};
use crate::extract::Path;
use crate::model::{City, State};
use crate::streamed::{List, Page, Part};

pub(super) fn router() -> Router<App> {
    Router::new()
        .merge(page("/states_list", get(states)))
        .merge(page("/states", get(states)))
        .merge(page("/cities_by_states", get(cities_by_states)))
        .merge(page("/states/{id}", get(state)))
}

#[derive(Template)]
#[template(path = "legacy/list_head.html")]
struct Head<'a> {
    heading: &'a str,
    second: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "legacy/list_items.html")]
struct Items<'a> {
    items: Vec<Item<'a>>,
}

struct Item<'a> {
    id: &'a str,
    name: &'a str,
}

#[derive(Template)]
#[template(path = "legacy/list_states.html")]
struct StatesWithCities<'a> {
    parts: &'a [Part<'a>],
}

#[derive(Template)]
#[template(path = "legacy/list_foot.html")]
struct Foot;

/// Nothing is told apart from a state that is unknown: the original answers 200.
#[derive(Template)]
#[template(path = "legacy/not_found.html")]
struct NotFound;

fn state_item(state: &State) -> Item<'_> {
    let State { id, name, .. } = state;
    Item { id, name }
}

fn city_item(city: &City) -> Item<'_> {
    let City { id, name, .. } = city;
    Item { id, name }
}

/// Shows a slice, each row as `item` does.
fn items<T>(item: fn(&T) -> Item<'_>) -> impl Fn(&[T]) -> askama::Result<String> + Send + 'static
where
    T: 'static,
{
    move |rows| {
        let items = rows.iter().map(item).collect();
        Items { items }.render()
    }
}

async fn states(api: Api) -> Result<Page> {
    let states = Call::get("/states", &[]).query("sort", "name");
    let states = List::begin(&api, states).await?;
    let page = head("States", None)?.list(states, items(state_item));
    Ok(page.text(Foot.render()?))
}

async fn cities_by_states(api: Api) -> Result<Page> {
    let states = List::with_cities(&api).await?;
    let page = head("States", None)?.states(states, |parts| StatesWithCities { parts }.render());
    Ok(page.text(Foot.render()?))
}

fn head(heading: &str, second: Option<&str>) -> Result<Page> {
    Ok(Page::new(Head { heading, second }.render()?))
}

async fn state(api: Api, Path(id): Path<String>) -> Result<Response> {
    match cities_of(&api, &id).await {
        Err(Error::NotFound) => Ok(Html(NotFound.render()?).into_response()),
        page => Ok(page?.into_response()),
    }
}

async fn cities_of(api: &Api, id: &str) -> Result<Page> {
    let state = api
        .fetch::<State>(&Call::get("/states/{id}", &[id]))
        .await?;
    let cities = Call::get("/states/{id}/cities", &[id]).query("sort", "name");
    let cities = List::begin(api, cities).await?;
    let heading = format!("State: {}", &*state.value.name);
    let page = head(&heading, Some("Cities:"))?.list(cities, items(city_item));
    Ok(page.text(Foot.render()?))
}
