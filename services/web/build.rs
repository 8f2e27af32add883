//! Gives the pages the hashed names of the files of `services/assets/static`, without a dependency on that service.

#[path = "../assets/build/constants.rs"]
mod constants;
#[path = "../assets/build/names.rs"]
mod names;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

#[expect(clippy::disallowed_methods, reason = "cargo's own word, no setting")]
fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let assets = names::assets(Path::new("../assets/static"))?;
    fs::write(out.join("assets.rs"), constants::source(&assets)?)?;
    for (name, path) in [
        ("ICONS", "images/icons.svg"),
        ("SCENES", "images/scenes.svg"),
    ] {
        let asset = assets.iter().find(|asset| asset.path == path);
        let asset = asset.ok_or_else(|| format!("{path} is missing"))?;
        println!("cargo:rustc-env={name}={}", asset.url());
    }
    println!("cargo:rustc-env=BUILD_ID={}", build_id(&assets)?);
    Ok(())
}

/// Tells programs apart that could make different pages of the same data.
fn build_id(assets: &[names::Asset]) -> Result<String, Box<dyn Error>> {
    let mut hasher = Sha256::new();
    for asset in assets {
        hasher.update(asset.url());
    }
    // The sanitiser of descriptions, for one, is another package's.
    let lock = "../../Cargo.lock";
    println!("cargo:rerun-if-changed={lock}");
    hasher.update(fs::read(lock)?);
    for folder in ["src", "templates"] {
        println!("cargo:rerun-if-changed={folder}");
        digest(Path::new(folder), &mut hasher)?;
    }
    let digest = hasher.finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn digest(folder: &Path, hasher: &mut Sha256) -> Result<(), Box<dyn Error>> {
    let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        match path.is_dir() {
            true => digest(&path, hasher)?,
            false => hasher.update(fs::read(&path)?),
        }
    }
    Ok(())
}
