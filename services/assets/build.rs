//! Puts the files of `static` into the program: each with its hash, and packed as browsers take it.

#[path = "src/kind.rs"]
mod kind;
#[path = "build/names.rs"]
mod names;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use names::Asset;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[expect(clippy::disallowed_methods, reason = "cargo's own word, no setting")]
fn main() -> Result<()> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let mut table = "&[\n".to_owned();
    for (number, asset) in names::assets(Path::new("static"))?.iter().enumerate() {
        table += &entry(asset, number, &out)?;
    }
    fs::write(out.join("embedded.rs"), table + "]\n")?;
    Ok(())
}

/// One line of the table; the forms of the file are written beside it.
fn entry(asset: &Asset, number: usize, out: &Path) -> Result<String> {
    let Asset { path, bytes } = asset;
    let kind = kind::content_type(path)
        .ok_or_else(|| format!("{path}: src/kind.rs knows no type for this name"))?;
    let mut line = format!(
        "File {{ path: {path:?}, hash: {:?}, kind: {kind:?}, ",
        asset.hash()
    );
    let write = |end: &str, bytes: &[u8]| -> Result<String> {
        let file = format!("{number}{end}");
        fs::write(out.join(&file), bytes)?;
        Ok(format!(
            "include_bytes!(concat!(env!(\"OUT_DIR\"), {:?}))",
            format!("/{file}")
        ))
    };
    write!(line, "identity: {}, ", write("", bytes)?)?;
    let packers: [(&str, Packer); 3] = [("brotli", brotli), ("zstd", zstd), ("gzip", gzip)];
    for (form, pack) in packers {
        let packed = match is_packed(kind) {
            true => None,
            false => Some(pack(bytes)?).filter(|packed| packed.len() < bytes.len()),
        };
        match packed {
            Some(packed) => write!(line, "{form}: Some({}), ", write(form, &packed)?)?,
            None => write!(line, "{form}: None, ")?,
        }
    }
    Ok(line + "},\n")
}

/// Whether files of this type are made small already.
fn is_packed(kind: &str) -> bool {
    let is_text =
        kind.starts_with("text/") || ["application/json", "image/svg+xml"].contains(&kind);
    !is_text
}

type Packer = fn(&[u8]) -> Result<Vec<u8>>;

fn brotli(mut bytes: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: 11,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut packed, &params)?;
    Ok(packed)
}

fn zstd(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(zstd::bulk::compress(bytes, 19)?)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
