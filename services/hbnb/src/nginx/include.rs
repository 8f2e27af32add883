//! A file with what it includes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::finding::Finding;
use super::syntax::{Directive, parse};

/// How deep files may include each other: deeper is a file that includes itself.
const DEEPEST: usize = 16;

/// The directives of a file, those of included files in place of `include`, and what could not be read of them. An error
/// if the file itself is not there.
pub(super) fn load(file: &Path) -> io::Result<(Vec<Directive>, Vec<Finding>)> {
    let text = fs::read_to_string(file)?;
    let mut loader = Loader {
        folders: folders(file),
        findings: Vec::new(),
    };
    let directives = loader.text(file, &text, 0);
    Ok((directives, loader.findings))
}

/// Where relative names begin: nginx takes the folder of its main file, which is this one's, or, as of a file in conf.d
/// or sites-enabled, the one above.
fn folders(file: &Path) -> Vec<PathBuf> {
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let above = file.ancestors().skip(1).take(2);
    above.map(Path::to_owned).collect()
}

struct Loader {
    folders: Vec<PathBuf>,
    findings: Vec<Finding>,
}

impl Loader {
    fn text(&mut self, file: &Path, text: &str, depth: usize) -> Vec<Directive> {
        match parse(&Arc::from(file), text) {
            Ok(directives) => self.expand(directives, depth),
            Err(finding) => {
                self.findings.push(finding);
                Vec::new()
            }
        }
    }

    fn expand(&mut self, directives: Vec<Directive>, depth: usize) -> Vec<Directive> {
        let mut all = Vec::with_capacity(directives.len());
        for mut directive in directives {
            if directive.name == "include" && directive.block.is_none() {
                all.extend(self.included(&directive, depth));
                continue;
            }
            directive.block = directive.block.map(|block| self.expand(block, depth));
            all.push(directive);
        }
        all
    }

    fn included(&mut self, include: &Directive, depth: usize) -> Vec<Directive> {
        let name = include.word(0);
        if depth == DEEPEST {
            let wrong = format!("include {name}: files include each other without an end");
            self.add(include, wrong, "a file that does not lead back here");
            return Vec::new();
        }
        let mut all = Vec::new();
        for file in self.files(include) {
            match fs::read_to_string(&file) {
                Ok(text) => all.extend(self.text(&file, &text, depth + 1)),
                Err(error) => {
                    let wrong = format!("include {name}: cannot read {}: {error}", file.display());
                    self.add(include, wrong, "a file that can be read");
                }
            }
        }
        all
    }

    /// The files that are meant, in order. A pattern may mean none, a name means one.
    fn files(&mut self, include: &Directive) -> Vec<PathBuf> {
        let name = include.word(0);
        let candidates: Vec<PathBuf> = self.folders.iter().map(|one| one.join(name)).collect();
        let Some(first) = candidates.first().filter(|_| !name.is_empty()) else {
            self.add(include, "include names no file".to_owned(), "include FILE;");
            return Vec::new();
        };
        if !name.contains(['*', '?', '[']) {
            let there = candidates.iter().find(|file| file.exists());
            return vec![there.unwrap_or(first).clone()];
        }
        let patterns = candidates.iter().filter_map(|file| file.to_str());
        let mut found = patterns.map(|pattern| {
            let paths = glob::glob(pattern).into_iter().flatten();
            paths.flatten().collect::<Vec<PathBuf>>()
        });
        found.find(|files| !files.is_empty()).unwrap_or_default()
    }

    fn add(&mut self, include: &Directive, wrong: String, right: &str) {
        self.findings
            .push(Finding::new(&include.place, wrong, right));
    }
}
