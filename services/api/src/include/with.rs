//! An object with its parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::include::part::Value;

/// An object, and the members that `include` added. On the wire all members are sorted by name.
pub(crate) struct With<T> {
    pub(crate) row: T,
    pub(super) parts: Vec<(&'static str, Arc<Value>)>,
}

impl<T> With<T> {
    pub(super) fn plain(row: T) -> With<T> {
        let parts = Vec::new();
        With { row, parts }
    }
}

/// A member of the object itself, or one that was added.
#[derive(Serialize)]
#[serde(untagged)]
enum Member<'a> {
    Own(Json),
    Added(&'a Value),
}

impl<T: Serialize> Serialize for With<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.parts.is_empty() {
            return self.row.serialize(serializer);
        }
        let Ok(Json::Object(own)) = serde_json::to_value(&self.row) else {
            return Err(S::Error::custom("an answer's object is no JSON object"));
        };
        let own = own
            .into_iter()
            .map(|(name, value)| (name, Member::Own(value)));
        let mut members: BTreeMap<String, Member> = own.collect();
        let added = self.parts.iter();
        members.extend(added.map(|(name, value)| ((*name).to_owned(), Member::Added(value))));
        serializer.collect_map(members)
    }
}
