//! Taking an object of the file apart, member by member.

use serde_json::{Map, Value};

use super::event::Fault;
use super::reader::uuid;
use crate::limits::{check, check_finite};
use crate::{Id, Timestamp};

/// The members of an object that are still to be looked at. A member that is `null` counts as missing.
pub(super) struct Fields {
    members: Map<String, Value>,
    dropped: Vec<Fault>,
}

impl Fields {
    pub(super) fn new(members: Map<String, Value>) -> Fields {
        Fields {
            members,
            dropped: Vec::new(),
        }
    }

    /// The parts that do not come in: those dropped so far, and the members that nobody asked for.
    pub(super) fn dropped(self) -> Vec<Fault> {
        let unknown = self
            .members
            .into_iter()
            .map(|(name, _)| Fault::new(name, "unknown attribute"));
        self.dropped.into_iter().chain(unknown).collect()
    }

    pub(super) fn take(&mut self, field: &str) -> Option<Value> {
        self.members.remove(field).filter(|value| !value.is_null())
    }

    /// Refuses a member that is there and is not as it must be by the object's key.
    pub(super) fn expect(
        &mut self,
        field: &'static str,
        is_right: impl Fn(&Value) -> bool,
    ) -> Result<(), Fault> {
        match self.take(field) {
            Some(value) if !is_right(&value) => {
                Err(Fault::new(field, "does not agree with the key"))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn text_or_null(
        &mut self,
        field: &'static str,
        most: usize,
    ) -> Result<Option<String>, Fault> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => {
                check(field, &text, most)?;
                Ok(Some(text))
            }
            Some(_) => Err(Fault::new(field, "must be a text")),
        }
    }

    /// A text; empty when it is missing, as in the originals.
    pub(super) fn text(&mut self, field: &'static str, most: usize) -> Result<String, Fault> {
        Ok(self.text_or_null(field, most)?.unwrap_or_default())
    }

    /// A time; now when it is missing.
    pub(super) fn time(&mut self, field: &'static str) -> Result<Timestamp, Fault> {
        let Some(value) = self.take(field) else {
            return Ok(Timestamp::now());
        };
        let time = value.as_str().and_then(|text| text.parse().ok());
        time.ok_or_else(|| {
            Fault::new(
                field,
                "is no time of the form YYYY-MM-DDTHH:MM:SS.ffffff, the fraction six digits or none",
            )
        })
    }

    /// A whole number; 0 when it is missing.
    pub(super) fn count(&mut self, field: &'static str) -> Result<i32, Fault> {
        let Some(value) = self.take(field) else {
            return Ok(0);
        };
        let whole = whole(&value).ok_or_else(|| Fault::new(field, "must be a whole number"))?;
        i32::try_from(whole)
            .map_err(|_| Fault::new(field, format!("must be from {} to {}", i32::MIN, i32::MAX)))
    }

    /// A number with a fraction.
    pub(super) fn degrees(&mut self, field: &'static str) -> Result<Option<f64>, Fault> {
        let Some(value) = self.take(field) else {
            return Ok(None);
        };
        let number = number(&value).ok_or_else(|| Fault::new(field, "must be a number"))?;
        check_finite(field, Some(number))?;
        Ok(Some(number))
    }

    /// The id of another row.
    pub(super) fn reference(&mut self, field: &'static str) -> Result<Id, Fault> {
        let value = self
            .take(field)
            .ok_or_else(|| Fault::new(field, "is missing"))?;
        value
            .as_str()
            .and_then(uuid)
            .ok_or_else(|| Fault::new(field, "is no UUID"))
    }

    /// The ids of a place's amenities, each once; what is no id is dropped.
    pub(super) fn links(&mut self, field: &'static str) -> Vec<Id> {
        let mut ids = Vec::new();
        match self.take(field) {
            None => {}
            Some(Value::Array(values)) => {
                for value in values {
                    match value.as_str().and_then(uuid) {
                        Some(id) => ids.push(id),
                        None => self.dropped.push(Fault::of_link("holds what is no UUID")),
                    }
                }
            }
            Some(_) => self.dropped.push(Fault::of_link("must be a list")),
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// `3`, `3.0` and `"3"` alike: the originals' console stores what it was given.
fn whole(value: &Value) -> Option<i128> {
    if let Some(whole) = value.as_i64() {
        return Some(whole.into());
    }
    if let Some(whole) = value.as_str().and_then(|text| text.parse().ok()) {
        return Some(whole);
    }
    let number = number(value)?;
    // A float of this size and without a fraction is exact.
    (number.fract() == 0.0 && number.abs() < 1e30).then(|| saturated(number))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller looked at its size"
)]
fn saturated(number: f64) -> i128 {
    number as i128
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}
