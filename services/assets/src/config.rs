//! The options of the assets, shared by `hbnb-assets` and `hbnb`.

use std::path::{Path, PathBuf};

use kit::config::{ConfigError, Opt, Settings};
use serde::Deserialize;

/// The options of the assets.
pub const OPTIONS: &[Opt] = &[Opt::new(
    "assets_dir",
    "",
    "FOLDER",
    "Read the files of /static/ from here at each request, to work on them",
    folder,
)];

/// The values of [`OPTIONS`].
#[derive(Clone, Debug, Deserialize)]
pub struct AssetsConfig {
    /// Where the files are read from; from the program itself when there is none.
    pub assets_dir: Option<PathBuf>,
}

impl AssetsConfig {
    /// The values as the settings have them.
    pub fn read(settings: &Settings) -> Result<AssetsConfig, ConfigError> {
        settings.get()
    }
}

fn folder(path: &str) -> Result<(), String> {
    match Path::new(path).is_dir() {
        true => Ok(()),
        false => Err("give a folder that is there, such as services/assets/static".into()),
    }
}
