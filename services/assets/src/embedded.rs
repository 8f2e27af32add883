//! The files that are in the program.

/// A file that is kept in memory.
pub struct File {
    /// The plain name below `/static/`, such as `styles/site.css`.
    pub path: &'static str,
    /// What tells this content from any other: 16 lower-case hexadecimal digits.
    pub hash: &'static str,
    /// The `Content-Type`.
    pub kind: &'static str,
    /// The content.
    pub identity: &'static [u8],
    /// The content packed by brotli, if that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The same by zstd.
    pub zstd: Option<&'static [u8]>,
    /// The same by gzip.
    pub gzip: Option<&'static [u8]>,
}

/// What `build.rs` found in `static`, sorted by path.
pub(crate) const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
