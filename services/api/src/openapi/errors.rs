//! The errors, with the status and the sentence that they really have.

use domain::Invalid;
use serde_json::json;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Header, ObjectBuilder, Ref, ResponseBuilder,
};

use crate::error::Error;

/// The errors that are alike everywhere.
#[derive(Clone, Copy)]
pub(super) enum Common {
    Unauthorized,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    Internal,
    Unavailable,
}

const ALL: [Common; 6] = [
    Common::Unauthorized,
    Common::NotFound,
    Common::MethodNotAllowed,
    Common::TooLarge,
    Common::Internal,
    Common::Unavailable,
];

impl Common {
    fn name(self) -> &'static str {
        match self {
            Common::Unauthorized => "Unauthorized",
            Common::NotFound => "NotFound",
            Common::MethodNotAllowed => "MethodNotAllowed",
            Common::TooLarge => "TooLarge",
            Common::Internal => "Internal",
            Common::Unavailable => "Unavailable",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Common::Unauthorized => "The site has a token, and the request did not bring it.",
            Common::NotFound => "Something that the path or the body names is not there.",
            Common::MethodNotAllowed => "The path is there, but not with this method.",
            Common::TooLarge => "The body is larger than the site reads.",
            Common::Internal => "A fault of the service, which has logged it.",
            Common::Unavailable => "The database cannot be used now.",
        }
    }

    fn error(self) -> Error {
        match self {
            Common::Unauthorized => Error::Unauthorized,
            Common::NotFound => Error::NotFound,
            Common::MethodNotAllowed => Error::MethodNotAllowed,
            Common::TooLarge => Error::TooLarge(1 << 20),
            Common::Internal => Error::Internal("".into()),
            // The cause is not part of the sentence.
            Common::Unavailable => Error::Unavailable(domain::Error::MissingReference),
        }
    }

    fn header(self) -> Option<(&'static str, Header)> {
        match self {
            Common::Unauthorized => Some(("WWW-Authenticate", header("The scheme.", "Bearer"))),
            Common::MethodNotAllowed => {
                Some(("Allow", header("The path's methods.", "GET, HEAD, OPTIONS")))
            }
            Common::Unavailable => Some(("Retry-After", header("Seconds to wait.", "1"))),
            _ => None,
        }
    }
}

pub(super) fn header(about: &str, example: &str) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(about))
        .example(Some(json!(example)))
        .build()
}

/// Adds the common errors to the components.
pub(super) fn all(components: ComponentsBuilder) -> ComponentsBuilder {
    ALL.into_iter().fold(components, |components, common| {
        let response = response(common.about(), &[common.error()]);
        let response = match common.header() {
            Some((name, header)) => response.header(name, header),
            None => response,
        };
        components.response(common.name(), response.build())
    })
}

/// Adds common errors to an operation.
pub(super) fn common(operation: OperationBuilder, errors: &[Common]) -> OperationBuilder {
    errors.iter().fold(operation, |operation, common| {
        let status = common.error().status().as_u16().to_string();
        operation.response(status, Ref::from_response_name(common.name()))
    })
}

/// Adds the answer to a request that is at fault, in any of these ways.
pub(super) fn bad_request(operation: OperationBuilder, ways: &[Error]) -> OperationBuilder {
    operation.response("400", response("The request is at fault.", ways))
}

pub(super) fn too_long(field: &'static str, most: usize) -> Error {
    Error::Invalid(Invalid {
        field,
        reason: format!("must have at most {most} characters, not {}", most + 1),
    })
}

fn response(about: &str, errors: &[Error]) -> ResponseBuilder {
    let examples = errors.iter().map(|error| {
        let sentence = error.to_string();
        let value = json!({"error": sentence});
        (sentence, ExampleBuilder::new().value(Some(value)))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Error")))
        .examples_from_iter(examples)
        .build();
    ResponseBuilder::new()
        .description(about)
        .content("application/json", content)
}
