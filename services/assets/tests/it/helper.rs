//! What the build scripts of `assets` and `web` share.

#[path = "../../build/constants.rs"]
pub(crate) mod constants;
#[path = "../../build/names.rs"]
pub(crate) mod names;
