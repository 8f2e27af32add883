//! What operations are made of.

use domain::place::unknown_amenity;
use serde_json::{Value, json};
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ArrayBuilder, ContentBuilder, Ref, Required, Response, ResponseBuilder};

use crate::error::Error;
use crate::openapi::TOKEN;
use crate::openapi::class::Class;
use crate::openapi::errors::{Common, common, header, too_long};
use crate::openapi::member::EXAMPLE;
use crate::openapi::parameters;

const JSON: &str = "application/json";

pub(super) fn operation(id: &str, tag: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .tag(tag)
        .summary(Some(summary))
}

/// What may go wrong wherever the database is asked.
pub(super) fn stored(operation: OperationBuilder) -> OperationBuilder {
    common(operation, &[Common::Internal, Common::Unavailable])
}

/// A write: open to all, unless the site has a token.
pub(super) fn write(operation: OperationBuilder) -> OperationBuilder {
    let operation = operation
        .security(SecurityRequirement::default())
        .security(SecurityRequirement::new(TOKEN, [""; 0]));
    common(stored(operation), &[Common::Unauthorized])
}

pub(super) fn with_body(operation: OperationBuilder, body: RequestBody) -> OperationBuilder {
    common(operation.request_body(Some(body)), &[Common::TooLarge])
}

pub(super) fn body(schema: &str, example: Value) -> RequestBody {
    RequestBodyBuilder::new()
        .content(JSON, content(Ref::from_schema_name(schema), example))
        .required(Some(Required::True))
        .build()
}

fn content(schema: Ref, example: Value) -> utoipa::openapi::Content {
    ContentBuilder::new()
        .schema(Some(schema))
        .example(Some(example))
        .build()
}

pub(super) fn answer(about: &str, schema: &str, example: Value) -> Response {
    ResponseBuilder::new()
        .description(about)
        .content(JSON, content(Ref::from_schema_name(schema), example))
        .build()
}

pub(super) fn with_all(
    operation: OperationBuilder,
    parameters: Vec<Parameter>,
) -> OperationBuilder {
    let all = parameters.into_iter();
    all.fold(operation, OperationBuilder::parameter)
}

/// A list of such objects, whole or by pages.
pub(super) fn list(operation: OperationBuilder, class: &Class) -> OperationBuilder {
    let objects = ContentBuilder::new()
        .schema(Some(ArrayBuilder::new().items(class.reference())))
        .example(Some(json!([class.example()])));
    let next = header(
        "Where the next page is; not there on the last one, and without `limit`.",
        &format!("</api/v1/states?limit=50&cursor={EXAMPLE}>; rel=\"next\""),
    );
    let answer = ResponseBuilder::new()
        .description("The objects, in the order that is asked for.")
        .content(JSON, objects.build())
        .header("Link", next);
    stored(with_all(operation, parameters::list(class))).response("200", answer)
}

/// How a body for this class can be at fault.
pub(super) fn bad_bodies(class: &Class, new: bool) -> Vec<Error> {
    let missing = class.required().filter(|_| new);
    let mut errors = vec![Error::NotAJson, Error::NotAnObject];
    errors.extend(missing.map(|member| Error::Missing(member.name)));
    errors.extend(class.limited().map(|(name, most)| too_long(name, most)));
    if class.has_ids() {
        errors.push(unknown_amenity().into());
    }
    errors
}
