//! The environment as a layer: `HBNB_*` variables, and `HBNB_*_FILE` for secrets.

use std::path::PathBuf;

use super::env::Env;
use super::error::{ConfigError, Source};
use super::layers::{Layer, nearest};
use super::opt::Opt;

/// Variables of the Python originals, whose storage is chosen here by `HBNB_DATABASE_URL` alone.
const ORIGINALS: &[&str] = &[
    "HBNB_ENV",
    "HBNB_MYSQL_DB",
    "HBNB_MYSQL_HOST",
    "HBNB_MYSQL_PWD",
    "HBNB_MYSQL_USER",
    "HBNB_TYPE_STORAGE",
];

/// The values that the environment gives.
pub(super) fn read(env: &Env, options: &[Opt]) -> Result<Layer, ConfigError> {
    let mut layer = Layer::new();
    for option in options {
        let variable = option.variable();
        let file = option
            .secret
            .then(|| env.get(&format!("{variable}_FILE")))
            .flatten();
        match (env.get(&variable), file) {
            (Some(_), Some(_)) => return Err(ConfigError::Twice { variable }),
            (Some(value), None) => {
                layer.insert(
                    option.key,
                    (value.to_owned(), Source::Environment(variable)),
                );
            }
            (None, Some(path)) => {
                layer.insert(
                    option.key,
                    secret(format!("{variable}_FILE"), PathBuf::from(path))?,
                );
            }
            (None, None) => {}
        }
    }
    Ok(layer)
}

fn secret(variable: String, path: PathBuf) -> Result<(String, Source), ConfigError> {
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError::Unreadable {
        path: path.clone(),
        origin: variable.clone(),
        reason: error.to_string(),
    })?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |rest| {
        rest.strip_suffix('\r').unwrap_or(rest)
    });
    Ok((text.to_owned(), Source::EnvironmentFile { variable, path }))
}

/// One line for each `HBNB_*` variable that names no option. They only warn, because Kubernetes sets variables such as
/// `HBNB_API_PORT` beside a Service of that name.
pub(super) fn warnings(env: &Env, options: &[Opt]) -> Vec<String> {
    let known: Vec<String> = options
        .iter()
        .flat_map(|option| {
            let variable = option.variable();
            let file = option.secret.then(|| format!("{variable}_FILE"));
            std::iter::once(variable).chain(file)
        })
        .collect();
    let ours = |name: &&str| name.starts_with("HBNB_") && !name.starts_with("HBNB_TEST_");
    let (originals, unknown): (Vec<_>, Vec<_>) = env
        .names()
        .filter(ours)
        .filter(|name| !known.iter().any(|known| known == name))
        .partition(|name| ORIGINALS.contains(name));
    let mut warnings: Vec<_> = unknown
        .into_iter()
        .map(|name| unknown_variable(name, &known))
        .collect();
    if !originals.is_empty() {
        let names = originals.join(", ");
        warnings.push(format!(
            "not used here: {names}; carry your data over with `hbnb import`"
        ));
    }
    warnings
}

fn unknown_variable(name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(nearest) => format!("the variable {name} names no option: did you mean {nearest}?"),
        None => format!("the variable {name} names no option"),
    }
}
