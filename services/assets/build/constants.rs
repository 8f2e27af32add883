//! The hashed names as Rust constants, for the build script of `web`; see `names.rs`.
//!
//! Its `build.rs` (build dependency: sha2) takes this file and `names.rs` in as `constants` and `names`, by `#[path]`, and
//! writes `constants::source(&names::assets(Path::new("../assets/static"))?)?` to the file `assets.rs` in `OUT_DIR`. Its
//! `src/assets.rs` includes that file.
//!
//! A page then says `assets::STYLES_SITE_CSS`, and a name that is not there does not compile.

use std::collections::BTreeMap;

use super::names::Asset;

/// Rust source with a `pub(crate) const` of the hashed path for each file: that of `styles/site.css` is
/// `STYLES_SITE_CSS`. The error names two files that would share a constant.
pub(crate) fn source(assets: &[Asset]) -> Result<String, String> {
    let mut names: BTreeMap<String, &Asset> = BTreeMap::new();
    for asset in assets {
        if let Some(other) = names.insert(constant(&asset.path), asset) {
            return Err(format!(
                "{} and {} differ too little in their names",
                other.path, asset.path
            ));
        }
    }
    let constants = names.iter().map(|(name, asset)| {
        let url = asset.url();
        format!(
            "/// `{}`\npub(crate) const {name}: &str = {url:?};\n",
            asset.path
        )
    });
    // No page needs all of them.
    let used = names.keys().map(String::as_str).collect::<Vec<_>>();
    let used = format!("const _: &[&str] = &[{}];\n", used.join(", "));
    Ok(constants.chain([used]).collect())
}

/// The constant's name: a letter first, all in capitals, `_` for whatever is neither letter nor digit.
fn constant(path: &str) -> String {
    let letters = path.chars().map(|c| match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
        _ => '_',
    });
    let name: String = letters.collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{name}");
    }
    name
}
