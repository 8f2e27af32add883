//! A member that objects of a class have only when `include` names it.

use serde_json::json;
use utoipa::openapi::schema::{RefBuilder, Schema, Type};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr};

pub(super) struct Extra {
    pub(super) name: &'static str,
    about: &'static str,
    kind: Kind,
}

/// What its value is.
enum Kind {
    /// An object of this class.
    One(&'static str),
    /// A list of such objects.
    Many(&'static str),
    Count,
}

impl Extra {
    /// An object of a class.
    pub(super) const fn one(name: &'static str, class: &'static str, about: &'static str) -> Extra {
        let kind = Kind::One(class);
        Extra { name, about, kind }
    }

    /// A list of objects of a class.
    pub(super) const fn many(
        name: &'static str,
        class: &'static str,
        about: &'static str,
    ) -> Extra {
        let kind = Kind::Many(class);
        Extra { name, about, kind }
    }

    pub(super) const fn count(name: &'static str, about: &'static str) -> Extra {
        let kind = Kind::Count;
        Extra { name, about, kind }
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::Many(_))
    }

    pub(super) fn schema(&self) -> RefOr<Schema> {
        let about = Some(format!("Only with `include={}`. {}", self.name, self.about));
        match self.kind {
            Kind::One(class) => RefBuilder::new()
                .ref_location_from_schema_name(class)
                .description(about)
                .build()
                .into(),
            Kind::Many(class) => ArrayBuilder::new()
                .items(Ref::from_schema_name(class))
                .description(about)
                .into(),
            Kind::Count => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(0))
                .description(about)
                .examples([json!(3)])
                .into(),
        }
    }
}
