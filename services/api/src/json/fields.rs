//! The members of a JSON object that a client sent, taken one by one.

use domain::{Id, Invalid};
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// Members that no one takes are ignored, as in the originals.
pub(crate) struct Fields(pub(crate) Map<String, Value>);

impl Fields {
    /// A text that must be there; `null` counts as missing.
    pub(crate) fn required_text(&mut self, name: &'static str) -> Result<String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Err(Error::Missing(name)),
            Some(value) => text(name, value),
        }
    }

    /// A reference that must be there. A text that is no id refers to nothing.
    pub(crate) fn required_id(&mut self, name: &'static str) -> Result<Id> {
        self.required_text(name)?
            .parse()
            .map_err(|_| Error::NotFound)
    }

    /// A text, when it is there.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>> {
        self.0
            .remove(name)
            .map(|value| text(name, value))
            .transpose()
    }

    /// A text or `null`, when it is there.
    pub(crate) fn nullable_text(&mut self, name: &'static str) -> Result<Option<Option<String>>> {
        match self.0.remove(name) {
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::String(text)) => Ok(Some(Some(text))),
            None => Ok(None),
            Some(_) => Err(invalid(name, "must be a string or null")),
        }
    }

    /// A whole number of 32 bits, when it is there.
    pub(crate) fn integer(&mut self, name: &'static str) -> Result<Option<i32>> {
        let Some(value) = self.0.remove(name) else {
            return Ok(None);
        };
        match whole(&value) {
            Some(number) => Ok(Some(number)),
            None => Err(invalid(
                name,
                "must be a whole number from -2147483648 to 2147483647",
            )),
        }
    }

    /// A number or `null`, when it is there.
    pub(crate) fn nullable_number(&mut self, name: &'static str) -> Result<Option<Option<f64>>> {
        match self.0.remove(name) {
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::Number(number)) => Ok(Some(number.as_f64())),
            None => Ok(None),
            Some(_) => Err(invalid(name, "must be a number or null")),
        }
    }

    /// A list of ids, when it is there.
    pub(crate) fn ids(&mut self, name: &'static str) -> Result<Option<Vec<String>>> {
        let wrong = || invalid(name, "must be a list of ids");
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| {
                    if let Value::String(id) = item {
                        Ok(id)
                    } else {
                        Err(wrong())
                    }
                })
                .collect::<Result<_>>()
                .map(Some),
            Some(_) => Err(wrong()),
        }
    }
}

/// JSON has one kind of number: 3.0 is as whole as 3.
fn whole(value: &Value) -> Option<i32> {
    match value.as_i64() {
        Some(number) => number.try_into().ok(),
        None => {
            let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
            number.to_string().parse().ok()
        }
    }
}

fn text(name: &'static str, value: Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(invalid(name, "must be a string")),
    }
}

fn invalid(field: &'static str, reason: &str) -> Error {
    Error::Invalid(Invalid {
        field,
        reason: reason.into(),
    })
}
