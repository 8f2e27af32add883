//! The files of `services/assets/static` with their hashed names. The build scripts of `assets` and of `web` take this
//! file in by `#[path]`, so that both know the same names and neither service depends on the other.
//!
//! What a script or a style sheet refers to by a relative name (`import … from "./dom.js"`, `url("../images/logo.svg")`)
//! is renamed in it to the hashed name, so that the whole tree may be kept for good; a file's hash is that of its bytes
//! after that. On disk the plain names work as they are.

#[path = "../src/hashed_name.rs"]
mod hashed_name;
mod references;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Where all of them stand.
const ROOT: &str = "/static/";

/// A file as it is served.
#[derive(Clone)]
pub(crate) struct Asset {
    /// The plain name below `/static/`, such as `styles/site.css`.
    pub(crate) path: String,
    /// The content, its references renamed.
    pub(crate) bytes: Vec<u8>,
}

impl Asset {
    /// The hash of the content, in lower-case hexadecimal digits.
    pub(crate) fn hash(&self) -> String {
        let digest = Sha256::digest(&self.bytes);
        let digits = digest.iter().map(|byte| format!("{byte:02x}"));
        digits.take(hashed_name::DIGITS / 2).collect()
    }

    /// The path of the name with the hash, such as `/static/styles/site.0123456789abcdef.css`.
    pub(crate) fn url(&self) -> String {
        format!("{ROOT}{}", hashed_name::with_hash(&self.path, &self.hash()))
    }
}

/// Every file below `folder`, sorted by path, hidden ones left out. Tells cargo to run the build script again when one
/// changes. The error says what to change in which file.
pub(crate) fn assets(folder: &Path) -> Result<Vec<Asset>, String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut sources = BTreeMap::new();
    walk(folder, "", &mut sources)?;
    let mut tree = Tree {
        sources,
        done: BTreeMap::new(),
        open: Vec::new(),
    };
    let paths: Vec<String> = tree.sources.keys().cloned().collect();
    paths.iter().try_for_each(|path| tree.finish(path))?;
    Ok(tree.done.into_values().collect())
}

fn walk(
    folder: &Path,
    prefix: &str,
    sources: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), String> {
    let told = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(told)? {
        let entry = entry.map_err(told)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), sources)?;
        } else {
            check(&path)?;
            sources.insert(path, fs::read(entry.path()).map_err(told)?);
        }
    }
    Ok(())
}

/// Names that need no escape in a URL, and that no hashed name can be taken for.
fn check(path: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let file = path.rsplit('/').next().unwrap_or(path);
    if !path.bytes().all(is_plain) || !file.contains('.') {
        return Err(format!(
            "{path}: name it with letters, digits, `-`, `_`, `.` and an extension"
        ));
    }
    match hashed_name::without_hash(path) {
        Some(plain) => Err(format!("{path}: this would be a hashed name of {plain}")),
        None => Ok(()),
    }
}

/// The files on their way to their last form.
struct Tree {
    sources: BTreeMap<String, Vec<u8>>,
    done: BTreeMap<String, Asset>,
    /// Those that refer to the one that is looked at, outermost first.
    open: Vec<String>,
}

impl Tree {
    /// Renames what this file refers to, after all of that has got its name.
    fn finish(&mut self, path: &str) -> Result<(), String> {
        if self.done.contains_key(path) {
            return Ok(());
        }
        if self.open.iter().any(|open| open == path) {
            let circle = self.open.join(" → ");
            return Err(format!(
                "{circle} → {path}: what refers to itself can have no hashed name"
            ));
        }
        self.open.push(path.to_owned());
        let bytes = self.sources.get(path).cloned().unwrap_or_default();
        let bytes = match str::from_utf8(&bytes) {
            Ok(text) => self.rename(path, text)?.into_bytes(),
            Err(_) => bytes,
        };
        self.open.pop();
        let path = path.to_owned();
        self.done.insert(path.clone(), Asset { path, bytes });
        Ok(())
    }

    fn rename(&mut self, path: &str, text: &str) -> Result<String, String> {
        let mut renamed = String::with_capacity(text.len());
        let mut copied = 0;
        for range in references::find(path, text) {
            let name = &text[range.clone()];
            let target = references::resolve(path, name)
                .filter(|target| self.sources.contains_key(target))
                .ok_or_else(|| format!("{path} refers to {name}, and there is no such file"))?;
            self.finish(&target)?;
            renamed.push_str(&text[copied..range.start]);
            renamed.push_str(&self.done[&target].url());
            copied = range.end;
        }
        renamed.push_str(&text[copied..]);
        Ok(renamed)
    }
}
