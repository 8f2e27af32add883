//! A layer of values, and the merging of layers.

use std::collections::BTreeMap;

use ::config::{Map, Value};

use super::error::{ConfigError, Source};
use super::opt::Opt;

/// The values of one layer by key, each with where it stands.
pub(super) type Layer = BTreeMap<&'static str, (String, Source)>;

/// Checks each value of a layer by its option.
pub(super) fn check(layer: &Layer, options: &[Opt]) -> Result<(), ConfigError> {
    for option in options {
        let Some((value, origin)) = layer.get(option.key) else {
            continue;
        };
        (option.check)(value).map_err(|problem| ConfigError::Value {
            key: option.key.to_owned(),
            origin: origin.clone(),
            value: (!option.secret).then(|| value.clone()),
            problem,
        })?;
    }
    Ok(())
}

/// Merges layers, the later over the earlier.
pub(super) fn merge(layers: Vec<Layer>) -> Result<::config::Config, ConfigError> {
    let builder = layers
        .into_iter()
        .fold(::config::Config::builder(), |builder, layer| {
            builder.add_source(Texts(layer))
        });
    builder
        .build()
        .map_err(|error| ConfigError::Shape(error.to_string()))
}

/// A layer as a source of the config crate; its values remember where they stand.
#[derive(Clone, Debug)]
struct Texts(Layer);

impl ::config::Source for Texts {
    fn clone_into_box(&self) -> Box<dyn ::config::Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        let value = |(text, origin): &(String, Source)| {
            Value::new(Some(&origin.to_string()), text.as_str())
        };
        Ok(self
            .0
            .iter()
            .map(|(key, entry)| ((*key).to_owned(), value(entry)))
            .collect())
    }
}

/// The name that `wrong` was most likely meant to be.
pub(super) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= (name.len() / 4).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
