//! Files that are kept in memory, under their plain and their hashed names.

use std::collections::HashMap;

use axum::http::HeaderMap;

use crate::answer::{Found, Life, Representation};
use crate::coding::{Accepted, Coding};
use crate::embedded::File;
use crate::hashed_name::{with_hash, without_hash};

/// All of them. Nothing is read, packed or locked when one is asked for.
pub(crate) struct Memory {
    files: Vec<Kept>,
    names: HashMap<String, (usize, Life)>,
}

struct Kept {
    kind: &'static str,
    /// In the order of [`Coding::ALL`].
    forms: [Option<Representation>; Coding::ALL.len()],
}

impl Memory {
    pub(crate) fn new(files: &'static [File]) -> Memory {
        let names = files.iter().enumerate().flat_map(|(index, file)| {
            let hashed = with_hash(file.path, file.hash);
            [
                (file.path.to_owned(), (index, Life::Short)),
                (hashed, (index, Life::Forever)),
            ]
        });
        Memory {
            names: names.collect(),
            files: files.iter().map(Kept::new).collect(),
        }
    }

    /// The file of this name in the form that these headers like best. A name with the hash of another release means the
    /// file as it is now: while a new release rolls out, a page of one asks the assets of the other.
    pub(crate) fn find(&self, name: &str, headers: &HeaderMap) -> Option<Found<'_>> {
        let &(index, life) = match self.names.get(name) {
            Some(known) => known,
            None => &(self.names.get(&without_hash(name)?)?.0, Life::Short),
        };
        let Kept { kind, forms } = &self.files[index];
        let varies = forms.iter().flatten().nth(1).is_some();
        let coding = if varies {
            Accepted::read(headers).best(|coding| forms[coding as usize].is_some())
        } else {
            Coding::Identity
        };
        Some(Found {
            kind,
            life,
            varies,
            representation: forms[coding as usize].as_ref()?,
        })
    }
}

impl Kept {
    fn new(file: &File) -> Kept {
        let form = |coding| {
            let bytes = match coding {
                Coding::Brotli => file.brotli,
                Coding::Zstd => file.zstd,
                Coding::Gzip => file.gzip,
                Coding::Identity => Some(file.identity),
            };
            bytes.map(|bytes| Representation::new(bytes.into(), coding))
        };
        Kept {
            kind: file.kind,
            forms: Coding::ALL.map(form),
        }
    }
}
