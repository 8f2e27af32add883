//! What may be included, and where it is read.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use domain::{Amenity, City, Id, Place, Review, State, Store, User};
use serde::Serialize;

use crate::include::With;

/// A member that objects of a class may have beside their own.
pub(crate) struct Part<T> {
    pub(crate) name: &'static str,
    /// By which id of an object its source knows it.
    key: fn(&T) -> Id,
    source: Source,
}

/// What is read by many ids at once.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// By place.
    Amenities,
    /// By state.
    Cities,
    City,
    Place,
    /// By place.
    ReviewCount,
    /// By city.
    State,
    User,
}

/// What a part shows.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    Amenities(Vec<Amenity>),
    Cities(Vec<City>),
    City(City),
    Count(i64),
    Place(Place),
    State(State),
    User(User),
}

impl<T> Part<T> {
    pub(crate) const fn new(name: &'static str, key: fn(&T) -> Id, source: Source) -> Part<T> {
        Part { name, key, source }
    }

    /// Whether one of these parts is a list.
    pub(super) fn has_list(parts: &[Part<T>]) -> bool {
        parts.iter().any(|part| part.source.is_list())
    }

    /// Adds the part to all of the objects by one query. An object goes with what it refers to: one whose part is not
    /// there any more is taken out. Lists have no more than `most` objects in all; those that do not fit are not added.
    pub(super) async fn add(
        &self,
        store: &Store,
        all: &mut Vec<With<T>>,
        most: Option<u32>,
    ) -> domain::Result<()> {
        let ids: BTreeSet<Id> = all.iter().map(|with| (self.key)(&with.row)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<Id> = ids.into_iter().collect();
        let found = self.source.read(store, &ids, most).await?;
        let none = self.source.none().map(Arc::new);
        let is_list = self.source.is_list();
        all.retain_mut(|with| {
            let value = found.get(&(self.key)(&with.row)).or(none.as_ref());
            with.parts
                .extend(value.map(|value| (self.name, value.clone())));
            value.is_some() || is_list
        });
        Ok(())
    }
}

impl Source {
    async fn read(
        self,
        store: &Store,
        ids: &[Id],
        most: Option<u32>,
    ) -> domain::Result<HashMap<Id, Arc<Value>>> {
        Ok(match self {
            Source::Amenities => {
                let lists = Amenity::of_places(store, ids, most).await?;
                shared(lists.whole(ids), Value::Amenities)
            }
            Source::Cities => {
                let lists = City::of_states(store, ids, most).await?;
                shared(lists.whole(ids), Value::Cities)
            }
            Source::City => shared(City::find_all(store, ids).await?, Value::City),
            Source::Place => shared(Place::find_all(store, ids).await?, Value::Place),
            Source::ReviewCount => shared(Review::count_by_place(store, ids).await?, Value::Count),
            Source::State => shared(State::of_cities(store, ids).await?, Value::State),
            Source::User => shared(User::find_all(store, ids).await?, Value::User),
        })
    }

    /// What an object has of which nothing was read, if it need not be there.
    fn none(self) -> Option<Value> {
        matches!(self, Source::ReviewCount).then_some(Value::Count(0))
    }

    /// Whether it gives a list, which may be too long to be added.
    fn is_list(self) -> bool {
        matches!(self, Source::Amenities | Source::Cities)
    }
}

/// Values that several objects may have in common.
fn shared<T>(
    found: impl IntoIterator<Item = (Id, T)>,
    value: fn(T) -> Value,
) -> HashMap<Id, Arc<Value>> {
    let pairs = found.into_iter();
    pairs.map(|(id, one)| (id, Arc::new(value(one)))).collect()
}
