//! A member of a class: what it is, who sets it, and an example.

use serde_json::{Value, json};
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder};

/// A member that is there once made, and may be sent by who makes or changes an object, unless told otherwise.
#[derive(Clone, Copy)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    kind: Kind,
    nullable: bool,
    pub(super) required: bool,
    pub(super) in_path: bool,
    pub(super) fixed: bool,
    pub(super) secret: bool,
}

/// What a value is, with an example.
#[derive(Clone, Copy)]
enum Kind {
    Id(&'static str),
    Time(&'static str),
    Text(usize, &'static str),
    Password(&'static str),
    Whole(i32),
    Number(f64),
    Ids,
}

pub(super) const ID: Member = Member::new("id", "Made by the server.", Kind::Id(EXAMPLE));
pub(super) const CREATED: Member = Member::new(
    "created_at",
    "In UTC.",
    Kind::Time("2026-03-25T19:44:42.102938"),
);
pub(super) const UPDATED: Member = Member::new(
    "updated_at",
    "In UTC; moved by every change.",
    Kind::Time("2026-03-26T08:15:00"),
);
/// The id in examples.
pub(super) const EXAMPLE: &str = "421a55f4-7d82-45d9-b54c-a76916479545";
const TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?$";

impl Member {
    const fn new(name: &'static str, about: &'static str, kind: Kind) -> Member {
        Member {
            name,
            about,
            kind,
            nullable: false,
            required: false,
            in_path: false,
            fixed: false,
            secret: false,
        }
    }

    /// A text of at most so many characters.
    pub(super) const fn text(
        name: &'static str,
        most: usize,
        example: &'static str,
        about: &'static str,
    ) -> Member {
        Member::new(name, about, Kind::Text(most, example))
    }

    pub(super) const fn id(
        name: &'static str,
        example: &'static str,
        about: &'static str,
    ) -> Member {
        Member::new(name, about, Kind::Id(example))
    }

    /// A whole number, 0 for a new object that does not tell.
    pub(super) const fn whole(name: &'static str, example: i32, about: &'static str) -> Member {
        Member::new(name, about, Kind::Whole(example))
    }

    pub(super) const fn number(name: &'static str, example: f64, about: &'static str) -> Member {
        Member::new(name, about, Kind::Number(example))
    }

    /// A text that no answer shows.
    pub(super) const fn password(
        name: &'static str,
        example: &'static str,
        about: &'static str,
    ) -> Member {
        let mut member = Member::new(name, about, Kind::Password(example));
        member.secret = true;
        member
    }

    /// A list of ids that no answer shows.
    pub(super) const fn ids(name: &'static str, about: &'static str) -> Member {
        let mut member = Member::new(name, about, Kind::Ids);
        member.secret = true;
        member
    }

    /// May be null, and is for a new object that does not tell.
    pub(super) const fn nullable(mut self) -> Member {
        self.nullable = true;
        self
    }

    /// Nothing is made without it.
    pub(super) const fn required(mut self) -> Member {
        self.required = true;
        self
    }

    /// Is part of the path that makes the object.
    pub(super) const fn in_path(mut self) -> Member {
        self.in_path = true;
        self.fixed()
    }

    /// Cannot be changed.
    pub(super) const fn fixed(mut self) -> Member {
        self.fixed = true;
        self
    }

    /// The most characters it may have, if there is a limit.
    pub(super) fn longest(&self) -> Option<usize> {
        match self.kind {
            Kind::Text(most, _) => Some(most),
            _ => None,
        }
    }

    pub(super) fn is_ids(&self) -> bool {
        matches!(self.kind, Kind::Ids)
    }

    pub(super) fn example(&self) -> Value {
        match self.kind {
            Kind::Id(text) | Kind::Time(text) | Kind::Text(_, text) | Kind::Password(text) => {
                json!(text)
            }
            Kind::Whole(number) => json!(number),
            Kind::Number(number) => json!(number),
            Kind::Ids => json!([EXAMPLE]),
        }
    }

    pub(super) fn schema(&self) -> Schema {
        self.schema_with(None)
    }

    /// The schema in the body that makes an object, with what stands for a member that is not there.
    pub(super) fn new_schema(&self) -> Schema {
        self.schema_with(match self.kind {
            Kind::Whole(_) => Some(json!(0)),
            Kind::Ids => Some(json!([])),
            _ if self.nullable => Some(Value::Null),
            _ => None,
        })
    }

    fn schema_with(&self, default: Option<Value>) -> Schema {
        let (kind, schema) = match self.kind {
            Kind::Id(_) => (Type::String, uuid()),
            Kind::Time(_) => (Type::String, ObjectBuilder::new().pattern(Some(TIME))),
            // PostgreSQL cannot store U+0000.
            Kind::Text(most, _) => (
                Type::String,
                ObjectBuilder::new()
                    .max_length(Some(most))
                    .pattern(Some(r"^[^\u0000]*$")),
            ),
            Kind::Password(_) => (Type::String, format(KnownFormat::Password).write_only(true)),
            Kind::Whole(_) => (
                Type::Integer,
                format(KnownFormat::Int32)
                    .minimum(Some(i32::MIN))
                    .maximum(Some(i32::MAX)),
            ),
            Kind::Number(_) => (Type::Number, format(KnownFormat::Double)),
            Kind::Ids => {
                let list = ArrayBuilder::new().items(uuid()).default(default);
                return list.description(Some(self.about)).build().into();
            }
        };
        let kind = match self.nullable {
            true => SchemaType::from_iter([kind, Type::Null]),
            false => SchemaType::new(kind),
        };
        let schema = schema.schema_type(kind).description(Some(self.about));
        schema.default(default).build().into()
    }
}

fn format(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().format(Some(SchemaFormat::KnownFormat(format)))
}

/// An id.
pub(super) fn uuid() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("uuid".into())))
}
