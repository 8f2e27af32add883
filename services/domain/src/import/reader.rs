//! Reading one class out of the file, on a thread of its own.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::event::{Class, Fault};
use super::fields::Fields;
use super::record::Record;
use crate::Id;

/// Rows per batch; fewer when the file has much between them, so that the caller hears of progress.
const ROWS: usize = 500;
const BYTES: u64 = 4 << 20;
/// Some editors put it before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A row of the file: its key, and either the row with the parts of it that do not come in, or why it does not come in.
pub(super) struct Parsed<T> {
    pub(super) key: String,
    pub(super) outcome: Result<(T, Vec<Fault>), Fault>,
}

/// Rows that are handed over together.
pub(super) struct Batch<T> {
    pub(super) rows: Vec<Parsed<T>>,
    /// Keys that name none of the classes.
    pub(super) strangers: Vec<(String, Fault)>,
    /// Bytes read so far.
    pub(super) bytes: u64,
}

/// Reads the whole file and sends the rows of class `T`; with `strangers_too`, also the keys that name no class. Ends
/// early, with an error, when nobody receives them.
pub(super) fn read<T: Record>(
    mut file: &File,
    strangers_too: bool,
    sender: Sender<Batch<T>>,
) -> serde_json::Result<()> {
    file.rewind().map_err(serde_json::Error::io)?;
    let bytes = Cell::new(0);
    let reader = Counted {
        file,
        bytes: &bytes,
    };
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let start = reader.fill_buf().map_err(serde_json::Error::io)?;
    if start.starts_with(BYTE_ORDER_MARK) {
        reader.consume(BYTE_ORDER_MARK.len());
    }
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let mut pass = Pass {
        rows: Vec::new(),
        strangers: Vec::new(),
        strangers_too,
        bytes: &bytes,
        sent_at: 0,
        sender,
    };
    deserializer.deserialize_map(&mut pass)?;
    deserializer.end()?;
    pass.send()
}

struct Counted<'a> {
    file: &'a File,
    bytes: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.bytes.set(self.bytes.get() + count as u64);
        Ok(count)
    }
}

struct Pass<'a, T> {
    rows: Vec<Parsed<T>>,
    strangers: Vec<(String, Fault)>,
    strangers_too: bool,
    bytes: &'a Cell<u64>,
    sent_at: u64,
    sender: Sender<Batch<T>>,
}

impl<T: Record> Pass<'_, T> {
    fn send(&mut self) -> serde_json::Result<()> {
        self.sent_at = self.bytes.get();
        let batch = Batch {
            rows: std::mem::take(&mut self.rows),
            strangers: std::mem::take(&mut self.strangers),
            bytes: self.sent_at,
        };
        self.sender
            .blocking_send(batch)
            .map_err(|_| serde_json::Error::custom("nobody takes the rows"))
    }

    fn is_full(&self) -> bool {
        self.rows.len() + self.strangers.len() >= ROWS || self.bytes.get() - self.sent_at >= BYTES
    }
}

impl<'de, T: Record> Visitor<'de> for &mut Pass<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let class = class_of(&key);
            match class {
                Ok(class) if class == T::CLASS => {
                    let outcome = parse(&key, map.next_value()?);
                    self.rows.push(Parsed { key, outcome });
                }
                Ok(_) => drop(map.next_value::<IgnoredAny>()?),
                Err(fault) => {
                    map.next_value::<IgnoredAny>()?;
                    if self.strangers_too {
                        self.strangers.push((key, fault));
                    }
                }
            }
            if self.is_full() {
                self.send().map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }
}

fn class_of(key: &str) -> Result<Class, Fault> {
    let Some((name, _)) = key.split_once('.') else {
        return Err(Fault::of_row("the key is not of the form Class.id"));
    };
    Class::ALL
        .into_iter()
        .find(|class| class.name() == name)
        .ok_or_else(|| Fault::of_row("the class in the key is none of the six"))
}

fn parse<T: Record>(key: &str, value: Value) -> Result<(T, Vec<Fault>), Fault> {
    let id = id_in(key)?;
    let Value::Object(members) = value else {
        return Err(Fault::of_row("the value is not an object"));
    };
    let mut fields = Fields::new(members);
    fields.expect("__class__", |value| value.as_str() == Some(T::CLASS.name()))?;
    fields.expect("id", |value| value.as_str().and_then(uuid) == Some(id))?;
    let row = T::read(id, &mut fields)?;
    Ok((row, fields.dropped()))
}

fn id_in(key: &str) -> Result<Id, Fault> {
    let id = key.split_once('.').and_then(|(_, id)| uuid(id));
    match id {
        None => Err(Fault::new("id", "is no UUID")),
        Some(Id::MIN) => Err(Fault::new("id", "is the nil UUID")),
        Some(id) => Ok(id),
    }
}

/// An id as the originals and those who write such files by hand may spell it: upper case counts as lower case.
pub(super) fn uuid(text: &str) -> Option<Id> {
    text.to_ascii_lowercase().parse().ok()
}
