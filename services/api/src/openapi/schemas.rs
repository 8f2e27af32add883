//! The schemas that operations refer to.

use serde_json::{Value, json};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ArrayBuilder, ComponentsBuilder, Object, ObjectBuilder};

use crate::openapi::classes;
use crate::openapi::member::EXAMPLE;

/// Adds all schemas to the components.
pub(super) fn all(components: ComponentsBuilder) -> ComponentsBuilder {
    let components = classes::ALL.iter().fold(components, |components, class| {
        components
            .schema(class.name, class.schema())
            .schema(class.new_name(), class.new_schema())
            .schema(class.changes_name(), class.changes_schema())
    });
    components
        .schema("Error", error())
        .schema(
            "Empty",
            ObjectBuilder::new().max_properties(Some(0)).build(),
        )
        .schema("Status", status())
        .schema("Stats", stats())
        .schema("PlaceSearch", search())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn error() -> Object {
    ObjectBuilder::new()
        .property(
            "error",
            text().description(Some("What is wrong, in a sentence.")),
        )
        .required("error")
        .build()
}

fn status() -> Object {
    ObjectBuilder::new()
        .property("status", text().enum_values(Some(["OK"])))
        .required("status")
        .build()
}

const COUNTED: [&str; 6] = [
    "amenities",
    "cities",
    "places",
    "reviews",
    "states",
    "users",
];

fn stats() -> Object {
    let start = ObjectBuilder::new().description(Some("How many there are of each class."));
    let whole = COUNTED.into_iter().fold(start, |object, name| {
        let count = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0));
        object.property(name, count).required(name)
    });
    whole.build()
}

pub(super) fn stats_example() -> Value {
    json!({"amenities": 47, "cities": 36, "places": 154, "reviews": 718, "states": 27, "users": 31})
}

fn search() -> Object {
    let about = [
        ("amenities", "Places that have all of these."),
        (
            "cities",
            "Places in any of these, beside those in the states.",
        ),
        (
            "states",
            "Places in any city of these, beside those in the cities.",
        ),
    ];
    let start = ObjectBuilder::new().description(Some(
        "Ids. An empty list asks for nothing, and without a state or a city it is all places; an id that nothing has \
         matches nothing.",
    ));
    let whole = about.into_iter().fold(start, |object, (name, about)| {
        let list = ArrayBuilder::new()
            .items(text())
            .description(Some(about))
            .default(Some(json!([])));
        object.property(name, list)
    });
    whole.examples([search_example()]).build()
}

pub(super) fn search_example() -> Value {
    json!({"states": [EXAMPLE], "cities": [], "amenities": []})
}
