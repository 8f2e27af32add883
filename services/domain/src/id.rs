//! The identity of a row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteArgumentValue, SqliteTypeInfo, SqliteValueRef};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};
use uuid::Uuid;

/// A UUID: version 4 when made here, any version when it came in by an import.
///
/// Its text is 36 lower-case characters with hyphens, and only that text is an id: other spellings of the same
/// UUID name nothing. Ids order by their text, on both engines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id(Uuid);

impl Id {
    /// The smallest id: every other one is greater.
    pub const MIN: Id = Id(Uuid::nil());

    /// A new random id.
    pub fn random() -> Id {
        Id(Uuid::new_v4())
    }

    /// The id with these 128 bits, the first digit of its text being the highest four.
    pub const fn from_bits(bits: u128) -> Id {
        Id(Uuid::from_u128(bits))
    }

    /// The next id in order; none after the greatest.
    pub fn successor(self) -> Option<Id> {
        self.0.as_u128().checked_add(1).map(Id::from_bits)
    }
}

/// The text is not an id.
#[derive(Debug, thiserror::Error)]
#[error("an id is a UUID of 36 lower-case characters with hyphens")]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Id, NotAnId> {
        let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
        match Uuid::try_parse(text) {
            Ok(uuid) if canonical => Ok(Id(uuid)),
            _ => Err(NotAnId),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Uuid::encode_buffer();
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut text))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Id, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl Type<Postgres> for Id {
    fn type_info() -> PgTypeInfo {
        <Uuid as Type<Postgres>>::type_info()
    }
}

impl PgHasArrayType for Id {
    fn array_type_info() -> PgTypeInfo {
        <Uuid as PgHasArrayType>::array_type_info()
    }
}

impl Encode<'_, Postgres> for Id {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <Uuid as Encode<Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

impl Decode<'_, Postgres> for Id {
    fn decode(value: PgValueRef<'_>) -> Result<Id, BoxDynError> {
        <Uuid as Decode<Postgres>>::decode(value).map(Id)
    }
}

impl Type<Sqlite> for Id {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for Id {
    fn encode_by_ref(
        &self,
        buffer: &mut Vec<SqliteArgumentValue<'q>>,
    ) -> Result<IsNull, BoxDynError> {
        <String as Encode<Sqlite>>::encode(self.to_string(), buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Id {
    fn decode(value: SqliteValueRef<'r>) -> Result<Id, BoxDynError> {
        Ok(<&'r str as Decode<Sqlite>>::decode(value)?.parse()?)
    }
}

/// A list of ids as one parameter: an array for PostgreSQL, a JSON text for SQLite, so that the SQL text does not
/// change with the list's length.
#[derive(Clone, Copy)]
pub(crate) struct IdList<'a>(pub(crate) &'a [Id]);

impl Type<Postgres> for IdList<'_> {
    fn type_info() -> PgTypeInfo {
        Id::array_type_info()
    }
}

impl<'q> Encode<'q, Postgres> for IdList<'q> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <&[Id] as Encode<Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

impl Type<Sqlite> for IdList<'_> {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl<'q> Encode<'q, Sqlite> for IdList<'_> {
    fn encode_by_ref(
        &self,
        buffer: &mut Vec<SqliteArgumentValue<'q>>,
    ) -> Result<IsNull, BoxDynError> {
        <String as Encode<Sqlite>>::encode(serde_json::to_string(self.0)?, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_text_is_an_id() {
        let text = "421a55f4-7d82-45d9-b54c-a76916479545";
        assert_eq!(text.parse::<Id>().unwrap().to_string(), text);
        for other in [
            "",
            "nope",
            "421A55F4-7D82-45D9-B54C-A76916479545",
            "421a55f47d8245d9b54ca76916479545",
            "{421a55f4-7d82-45d9-b54c-a76916479545}",
            "urn:uuid:421a55f4-7d82-45d9-b54c-a76916479545",
            "421a55f4-7d82-45d9-b54c-a76916479545 ",
        ] {
            assert!(other.parse::<Id>().is_err(), "{other:?}");
        }
    }

    #[test]
    fn successors_end() {
        assert_eq!(Id::MIN.successor(), Some(Id::from_bits(1)));
        assert_eq!(Id::from_bits(u128::MAX).successor(), None);
    }
}
