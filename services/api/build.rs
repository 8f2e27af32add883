//! Takes the files of Swagger UI that `/docs` needs, of all that its package has, in the gzip form.

use std::error::Error;
use std::fs::File;
use std::io::{Cursor, copy};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// As `routes/docs.rs` includes them.
const FILES: [&str; 3] = [
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui.css",
];

#[expect(clippy::disallowed_methods, reason = "cargo's own word, no setting")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut package = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for name in FILES {
        let end = format!("/dist/{name}");
        let path = {
            let mut paths = package.file_names().filter_map(Result::ok);
            let path = paths.find(|path| path.ends_with(&end));
            path.ok_or(name)?.into_owned()
        };
        let file = File::create(folder.join(format!("{name}.gz")))?;
        let mut packed = GzEncoder::new(file, Compression::best());
        copy(&mut package.by_name(&path)?, &mut packed)?;
        packed.finish()?;
    }
    Ok(())
}
