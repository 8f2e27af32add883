//! What an import tells on its way.

use std::borrow::Cow;
use std::fmt;

use super::record::Reference;
use crate::Invalid;

/// One of the six classes, under the name that the originals give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `State`
    State,
    /// `Amenity`
    Amenity,
    /// `User`
    User,
    /// `City`
    City,
    /// `Place`
    Place,
    /// `Review`
    Review,
}

impl Class {
    /// All, in the order in which rows refer to each other.
    pub const ALL: [Class; 6] = [
        Class::State,
        Class::Amenity,
        Class::User,
        Class::City,
        Class::Place,
        Class::Review,
    ];

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Class::State => "State",
            Class::Amenity => "Amenity",
            Class::User => "User",
            Class::City => "City",
            Class::Place => "Place",
            Class::Review => "Review",
        }
    }

    pub(super) fn table(self) -> &'static str {
        match self {
            Class::State => "states",
            Class::Amenity => "amenities",
            Class::User => "users",
            Class::City => "cities",
            Class::Place => "places",
            Class::Review => "reviews",
        }
    }
}

/// Something that the caller may want to tell while the import goes on. The text of an event is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row does not come in.
    LeftOut {
        /// Its key in the file.
        key: String,
        /// The member at fault; none when it is the row as a whole.
        field: Option<String>,
        /// What is wrong with it.
        reason: String,
    },
    /// A row comes in without a part of it.
    Dropped {
        /// Its key in the file.
        key: String,
        /// The member that the part is, or is in.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// How far the reading is, in bytes; the file is read several times.
    Progress {
        /// Bytes read.
        done: u64,
        /// Bytes to read in all.
        total: u64,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::LeftOut { key, field, reason } => {
                write!(f, "{} left out: ", OneLine(key))?;
                if let Some(field) = field {
                    write!(f, "{}: ", OneLine(field))?;
                }
                f.write_str(reason)
            }
            Event::Dropped { key, field, reason } => write!(
                f,
                "{} comes without a part: {}: {reason}",
                OneLine(key),
                OneLine(field)
            ),
            Event::Progress { done, total } => write!(f, "{done} of {total} bytes read"),
        }
    }
}

/// A text of the file, in which control characters would break the line or do worse to a terminal.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if character.is_control() {
                write!(f, "{}", character.escape_default())
            } else {
                write!(f, "{character}")
            }
        })
    }
}

/// What is wrong with a row, or with a part of it.
#[derive(Debug)]
pub(super) struct Fault {
    field: Option<Cow<'static, str>>,
    reason: String,
}

const LINKS: &str = "amenity_ids";

impl Fault {
    pub(super) fn of_row(reason: impl Into<String>) -> Fault {
        Fault {
            field: None,
            reason: reason.into(),
        }
    }

    pub(super) fn new(field: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Fault {
        Fault {
            field: Some(field.into()),
            reason: reason.into(),
        }
    }

    pub(super) fn of_link(reason: impl Into<String>) -> Fault {
        Fault::new(LINKS, reason)
    }

    pub(super) fn dangling(reference: &Reference) -> Fault {
        let Reference { field, class, id } = reference;
        Fault::new(*field, format!("there is no {} \"{id}\"", class.name()))
    }

    /// Whether it is a link to an amenity that is at fault, which a place can do without.
    pub(super) fn is_link(&self) -> bool {
        self.field.as_deref() == Some(LINKS)
    }

    pub(super) fn left_out(self, key: String) -> Event {
        Event::LeftOut {
            key,
            field: self.field.map(Cow::into_owned),
            reason: self.reason,
        }
    }

    pub(super) fn dropped(self, key: String) -> Event {
        Event::Dropped {
            key,
            field: self.field.map(Cow::into_owned).unwrap_or_default(),
            reason: self.reason,
        }
    }
}

impl From<Invalid> for Fault {
    fn from(Invalid { field, reason }: Invalid) -> Fault {
        Fault::new(field, reason)
    }
}
