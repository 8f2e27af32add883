//! States with all their cities. A state with more of them than fit into a slice gets them by slices of its own.

use axum::BoxError;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};

use super::{List, Page};
use crate::api_client::{Api, ApiError, Call, Fetched};
use crate::model::{City, State};

/// The most cities that come with a slice of states: some 2 MB.
const CITIES: &str = "10000";
/// Cities that are asked for at once when they do not come with their state.
const OWN_SLICE: &str = "1000";
const CITIES_OF_STATE: &str = "/states/{id}/cities";

/// What is shown one after the other: each state begins, has its cities in any number of portions, and ends.
pub(crate) enum Part<'a> {
    Begin(&'a State),
    Cities(&'a [City]),
    End,
}

impl List<State> {
    /// Begins to read all states, by name, with their cities.
    pub(crate) async fn with_cities(api: &Api) -> Result<List<State>, ApiError> {
        let states = Call::get("/states", &[])
            .query("include", "cities")
            .query("include_limit", CITIES);
        List::begin(api, states.query("sort", "name")).await
    }
}

impl Page {
    /// Then come all states of the list with all their cities, as `render` shows them.
    pub(crate) fn states<R>(mut self, list: List<State>, render: R) -> Page
    where
        R: Fn(&[Part<'_>]) -> askama::Result<String> + Send + Sync + 'static,
    {
        let reader = Reader {
            api: list.api,
            call: list.call,
            slice: list.first,
            cities: None,
            render,
        };
        let slices = stream::try_unfold(reader, Reader::step);
        self.parts.push(slices.boxed());
        self
    }
}

/// How far the states have been read.
struct Reader<R> {
    api: Api,
    /// What asked for the first slice.
    call: Call,
    /// What is not shown yet.
    slice: Fetched<Vec<State>>,
    /// What tells more cities of the state that was begun last.
    cities: Option<Call>,
    render: R,
}

impl<R> Reader<R>
where
    R: Fn(&[Part<'_>]) -> askama::Result<String> + Send + Sync,
{
    /// What can be shown of the slice without asking again, or one portion of a state's cities.
    async fn step(mut self) -> Result<Option<(Bytes, Self)>, BoxError> {
        if let Some(call) = self.cities.take() {
            let text = self.own_cities(call).await?;
            return Ok(Some((text.into(), self)));
        }
        if self.slice.value.is_empty() {
            let Some(link) = self.slice.next.take() else {
                return Ok(None);
            };
            self.slice = self.api.anew().fetch(&self.call.follow(link)).await?;
        }
        let text = self.begin_states()?;
        Ok(Some((text.into(), self)))
    }

    /// Shows states up to the first whose cities have not come with it.
    fn begin_states(&mut self) -> askama::Result<String> {
        let states = &mut self.slice.value;
        let (mut parts, mut shown) = (Vec::new(), 0);
        for state in states.iter() {
            shown += 1;
            parts.push(Part::Begin(state));
            let Some(cities) = &state.cities else {
                let cities = Call::get(CITIES_OF_STATE, &[&state.id]).query("sort", "name");
                self.cities = Some(cities.query("limit", OWN_SLICE));
                break;
            };
            parts.extend([Part::Cities(cities), Part::End]);
        }
        let text = (self.render)(&parts)?;
        states.drain(..shown);
        Ok(text)
    }

    async fn own_cities(&mut self, call: Call) -> Result<String, BoxError> {
        let slice = match self.api.anew().fetch::<Vec<City>>(&call).await {
            // The state has been removed meanwhile.
            Err(ApiError::Refused(StatusCode::NOT_FOUND, _)) => {
                return Ok((self.render)(&[Part::End])?);
            }
            slice => slice?,
        };
        let cities = Part::Cities(&slice.value);
        Ok(match slice.next {
            Some(link) => {
                self.cities = Some(call.follow(link));
                (self.render)(&[cities])?
            }
            None => (self.render)(&[cities, Part::End])?,
        })
    }
}
