//! The parameters of operations.

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Required, Schema};

use crate::error::Error;
use crate::include::{BAD_INCLUDE_LIMIT, MOST, bad_include};
use crate::list::{BAD_CURSOR, BAD_LIMIT, bad_sort};
use crate::openapi::class::Class;
use crate::openapi::errors::too_long;
use crate::openapi::member::{EXAMPLE, uuid};

/// What an answer has beside the objects' own members. None for a class that has no such members.
pub(super) fn include(class: &Class) -> Vec<Parameter> {
    let names = || class.extras.iter().map(|extra| extra.name);
    let Some(first) = names().next() else {
        return Vec::new();
    };
    let name = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(names()));
    let about = "Members to add to each object, with commas between their names. Neither order nor repetition matters. \
                 An object that is deleted while they are read is left out of a list; alone it is 404.";
    let list = ArrayBuilder::new().items(name);
    let include = query("include", about, list, json!([first]));
    let include = include
        .style(Some(ParameterStyle::Form))
        .explode(Some(false));
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(MOST));
    let about = "The most objects in all lists together that `include` adds to the objects of a page, or of each slice in \
                 which a whole list is sent. An object whose list does not fit is shown without it.";
    let limit = query("include_limit", about, number, json!(MOST));
    let limit = class.has_list().then(|| limit.build());
    [include.build()].into_iter().chain(limit).collect()
}

/// Which part of a list is asked for, and in which order.
pub(super) fn list(class: &Class) -> Vec<Parameter> {
    let mut all = Vec::new();
    if let [usual, .., other] = class.sorts {
        let word = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(class.sorts.iter().copied()))
            .default(Some(json!(usual)));
        all.push(query("sort", class.sorted, word, json!(other)).build());
    }
    all.extend(include(class));
    if let Some(member) = class.filter() {
        let about = format!("Only objects with exactly this `{}`.", member.name);
        let schema = member.schema();
        all.push(query(member.name, &about, schema, member.example()).build());
    }
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(1000));
    let about = "The most objects of a page; all of the list without.";
    all.push(query("limit", about, number, json!(50)).build());
    let text = ObjectBuilder::new().schema_type(Type::String);
    let about = "Where the page begins: the header `Link` of the page before it gives it, for the same `sort`.";
    all.push(query("cursor", about, text, json!(EXAMPLE)).build());
    all
}

/// How the members to add can be at fault.
pub(super) fn bad_includes(class: &Class) -> Vec<Error> {
    let names = class.extras.iter().map(|extra| extra.name);
    let names = (!class.extras.is_empty()).then(|| bad_include(names));
    let limit = class
        .has_list()
        .then_some(Error::BadQuery(BAD_INCLUDE_LIMIT));
    names.into_iter().chain(limit).collect()
}

/// How what is asked of a list can be at fault.
pub(super) fn bad_lists(class: &Class) -> Vec<Error> {
    let mut errors = vec![Error::BadQuery(BAD_LIMIT), Error::BadQuery(BAD_CURSOR)];
    if class.sorts.len() > 1 {
        errors.push(bad_sort(class.sorts.iter().copied()));
    }
    errors.extend(bad_includes(class));
    let filter = class.filter().map(|member| (member.name, member.longest()));
    if let Some((name, Some(most))) = filter {
        errors.push(too_long(name, most));
    }
    errors
}

/// An id in the path.
pub(super) fn path_id(name: &str, class: &Class) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(format!("The id of a {}.", class.name.to_lowercase())))
        .schema(Some(uuid()))
        .example(Some(json!(EXAMPLE)))
        .build()
}

fn query(
    name: &str,
    about: &str,
    schema: impl Into<RefOr<Schema>>,
    example: Value,
) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(schema))
        .example(Some(example))
}
