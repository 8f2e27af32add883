//! The project's own sources.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The top of the project.
pub fn top() -> Result<&'static Path> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().context("the tests stand nowhere")
}

/// The version that the workspace has, and the images by default.
pub fn version() -> Result<String> {
    let manifest = fs::read_to_string(top()?.join("Cargo.toml"))?;
    let line = manifest.lines().find(|line| line.starts_with("version = "));
    let version = line.and_then(|line| line.split('"').nth(1));
    version
        .map(str::to_owned)
        .context("the workspace has no version")
}

/// Every Rust file, by its path from the top, with its text.
pub fn sources() -> Result<Vec<(PathBuf, String)>> {
    let (top, mut found) = (top()?, Vec::new());
    for room in ["services", "tests"] {
        collect(&top.join(room), top, &mut found)?;
    }
    ensure!(
        found.len() > 10,
        "the sources are elsewhere than {}",
        top.display()
    );
    Ok(found)
}

fn collect(folder: &Path, top: &Path, found: &mut Vec<(PathBuf, String)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            collect(&path, top, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            found.push((path.strip_prefix(top)?.to_owned(), text));
        }
    }
    Ok(())
}
