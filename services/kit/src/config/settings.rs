//! The effective options of a program.

use std::collections::BTreeMap;
use std::path::Path;

use ::config::Source as _;
use clap::ArgMatches;
use serde::de::DeserializeOwned;

use super::env::Env;
use super::error::{ConfigError, Source};
use super::layers::{Layer, check, merge};
use super::opt::Opt;
use super::secret::MASK;
use super::{file, variables};

/// The effective options: every layer checked, then merged.
#[derive(Debug)]
pub struct Settings {
    options: Vec<Opt>,
    merged: ::config::Config,
    warnings: Vec<String>,
}

impl Settings {
    /// Reads defaults, file, environment and flags. A wrong value is an error even where another layer overrides it.
    pub fn load(options: &[Opt], env: &Env, matches: &ArgMatches) -> Result<Settings, ConfigError> {
        let flags = flag_layer(options, matches);
        let variables = variables::read(env, options)?;
        let file = match flags.get("config").or_else(|| variables.get("config")) {
            Some((path, origin)) => file::read(Path::new(path), &origin.to_string(), options)?,
            None => Layer::new(),
        };
        let mut layers = vec![default_layer(options), file, variables, flags];
        // An empty text says of an option that needs no value that it has none, in every layer.
        let optional = |key: &str| options.iter().any(|o| o.key == key && o.default.is_empty());
        for layer in &mut layers {
            layer.retain(|key, (value, _)| !value.is_empty() || !optional(key));
        }
        layers.iter().try_for_each(|layer| check(layer, options))?;
        Ok(Settings {
            options: options.to_vec(),
            merged: merge(layers)?,
            warnings: variables::warnings(env, options),
        })
    }

    /// The settings that a master has handed over, a text of [`Settings::hand_over`]. What this program does not know is
    /// passed over.
    pub fn handed(options: &[Opt], text: &str) -> Result<Settings, ConfigError> {
        let mut values: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|error| ConfigError::Shape(error.to_string()))?;
        let layer: Layer = options
            .iter()
            .filter_map(|option| Some((option.key, (values.remove(option.key)?, Source::Master))))
            .collect();
        let layers = vec![default_layer(options), layer];
        layers.iter().try_for_each(|layer| check(layer, options))?;
        Ok(Settings {
            options: options.to_vec(),
            merged: merge(layers)?,
            warnings: Vec::new(),
        })
    }

    /// All values, secrets too, as a JSON object of texts; but for those of the keys `without`.
    pub fn hand_over(&self, without: &[&str]) -> String {
        let values = self.values().into_iter();
        let values = values.filter(|(key, _)| !without.contains(&key.as_str()));
        serde_json::Value::from_iter(values).to_string()
    }

    /// Each value by its key, as a text.
    pub fn values(&self) -> BTreeMap<String, String> {
        let values = self.merged.collect().unwrap_or_default().into_iter();
        values
            .map(|(key, value)| (key, value.to_string()))
            .collect()
    }

    /// The options as a struct with a field for each key it cares about; other keys are passed over.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        self.merged
            .clone()
            .try_deserialize()
            .map_err(|error| match error {
                ::config::ConfigError::NotFound(key) => ConfigError::Missing { key },
                error => ConfigError::Shape(error.to_string()),
            })
    }

    /// Each option in order: its key, its value (a secret as `****`, nothing if not set) and where the value comes from.
    pub fn table(&self) -> Vec<(&'static str, String, String)> {
        let values = self.merged.collect().unwrap_or_default();
        let row = |option: &Opt| match values.get(option.key) {
            Some(value) => {
                let value_text = value.to_string();
                let shown = match option.shown {
                    Some(shown) => shown(&value_text),
                    None if option.secret => MASK.to_owned(),
                    None => value_text,
                };
                (
                    option.key,
                    shown,
                    value.origin().unwrap_or_default().to_owned(),
                )
            }
            None => (option.key, String::new(), "not set".to_owned()),
        };
        self.options.iter().map(row).collect()
    }

    /// What the operator should be told without stopping: a line for each variable that looks like an option and is none.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

fn default_layer(options: &[Opt]) -> Layer {
    let given = options.iter().filter(|option| !option.default.is_empty());
    given
        .map(|option| (option.key, (option.default.to_owned(), Source::Default)))
        .collect()
}

fn flag_layer(options: &[Opt], matches: &ArgMatches) -> Layer {
    let value = |option: &Opt| {
        let (own, also) = (option.flag(), option.also);
        let given = |id: &str, flag: &str| {
            let texts = matches.try_get_many::<String>(id).ok()??;
            // A flag that may stand several times adds up.
            let texts: Vec<&str> = texts.map(String::as_str).collect();
            Some((texts.join(","), Source::Flag(format!("--{flag}"))))
        };
        let value = given(option.key, &own).or_else(|| also.and_then(|flag| given(flag, flag)))?;
        Some((option.key, value))
    };
    options.iter().filter_map(value).collect()
}
