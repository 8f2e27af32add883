//! What stands in the folder `static`, by another way than that of the build script.

use std::fs;
use std::path::Path;

use crate::harness::folder;

/// The paths below `static`, hidden files left out.
pub(crate) fn files() -> Vec<String> {
    let mut found = Vec::new();
    collect(&folder(), &mut found);
    assert!(found.len() > 20, "{found:?}");
    found
}

fn collect(at: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            let path = path.strip_prefix(folder()).unwrap().to_str().unwrap();
            found.extend((!path.contains("/.")).then(|| path.to_owned()));
        }
    }
}
