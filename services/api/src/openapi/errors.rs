//! The errors, with the status and the sentence that they really have.

use axum::http::StatusCode;
use domain::Invalid;
use kit::layers::sentences;
use serde_json::json;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Header, ObjectBuilder, Ref, ResponseBuilder,
};

use crate::error::Error;

/// The errors that are alike everywhere.
#[derive(Clone, Copy)]
pub(super) enum Common {
    Malformed,
    Unauthorized,
    NotFound,
    LateBody,
    TooLarge,
    LongLine,
    LargeHead,
    Internal,
    Unavailable,
}

const ALL: [Common; 9] = [
    Common::Malformed,
    Common::Unauthorized,
    Common::NotFound,
    Common::LateBody,
    Common::TooLarge,
    Common::LongLine,
    Common::LargeHead,
    Common::Internal,
    Common::Unavailable,
];

impl Common {
    fn name(self) -> &'static str {
        match self {
            Common::Malformed => "Malformed",
            Common::Unauthorized => "Unauthorized",
            Common::NotFound => "NotFound",
            Common::LateBody => "LateBody",
            Common::TooLarge => "TooLarge",
            Common::LongLine => "LongLine",
            Common::LargeHead => "LargeHead",
            Common::Internal => "Internal",
            Common::Unavailable => "Unavailable",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Common::Malformed => "HTTP does not allow the request.",
            Common::Unauthorized => "The site has a token, and the request did not bring it.",
            Common::NotFound => "Something that the path or the body names is not there.",
            Common::LateBody => "The client took too long to send the body.",
            Common::TooLarge => "The body is larger than the site reads.",
            Common::LongLine => "The request line has more than 8,190 bytes.",
            Common::LargeHead => "The head has more than 64 KiB or 100 fields.",
            Common::Internal => "A fault of the service, which has logged it.",
            Common::Unavailable => "The service or its database cannot be used now.",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Common::Malformed => StatusCode::BAD_REQUEST,
            Common::Unauthorized => StatusCode::UNAUTHORIZED,
            Common::NotFound => StatusCode::NOT_FOUND,
            Common::LateBody => StatusCode::REQUEST_TIMEOUT,
            Common::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Common::LongLine => StatusCode::URI_TOO_LONG,
            Common::LargeHead => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Common::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Common::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn sentences(self) -> Vec<String> {
        let ours = |error: Error| vec![error.to_string()];
        let of_kit = |sentence: &str| vec![sentence.to_owned()];
        match self {
            Common::Malformed => of_kit(sentences::NO_HOST),
            Common::Unauthorized => ours(Error::Unauthorized),
            Common::NotFound => ours(Error::NotFound),
            Common::LateBody => of_kit(sentences::LATE_BODY),
            Common::TooLarge => ours(Error::TooLarge(1 << 20)),
            Common::LongLine => of_kit(sentences::LONG_LINE),
            Common::LargeHead => of_kit(sentences::LARGE_HEAD),
            Common::Internal => ours(Error::Internal("".into())),
            // The cause is not part of the sentence.
            Common::Unavailable => [
                ours(Error::Unavailable(domain::Error::MissingReference)),
                of_kit(sentences::BUSY),
                of_kit(sentences::FULL),
                of_kit(sentences::TOO_SLOW),
            ]
            .concat(),
        }
    }

    fn header(self) -> Option<(&'static str, Header)> {
        match self {
            Common::Unauthorized => Some(("WWW-Authenticate", header("The scheme.", "Bearer"))),
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
        let response = response(common.about(), &common.sentences());
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
        let status = common.status().as_u16().to_string();
        operation.response(status, Ref::from_response_name(common.name()))
    })
}

/// Adds what any request may meet, before its operation is asked.
pub(super) fn anywhere(operation: &mut Operation) {
    let body = operation.request_body.is_some();
    let all = [
        Some(Common::Malformed),
        body.then_some(Common::LateBody),
        Some(Common::LongLine),
        Some(Common::LargeHead),
        Some(Common::Unavailable),
    ];
    for common in all.into_iter().flatten() {
        let responses = &mut operation.responses.responses;
        responses
            .entry(common.status().as_u16().to_string())
            .or_insert_with(|| Ref::from_response_name(common.name()).into());
    }
}

/// Adds the answer to a request that is at fault, in any of these ways.
pub(super) fn bad_request(operation: OperationBuilder, ways: &[Error]) -> OperationBuilder {
    let mut sentences: Vec<String> = ways.iter().map(Error::to_string).collect();
    sentences.extend(Common::Malformed.sentences());
    operation.response("400", response("The request is at fault.", &sentences))
}

pub(super) fn too_long(field: &'static str, most: usize) -> Error {
    Error::Invalid(Invalid {
        field,
        reason: format!("must have at most {most} characters, not {}", most + 1),
    })
}

fn response(about: &str, sentences: &[String]) -> ResponseBuilder {
    let examples = sentences.iter().map(|sentence| {
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
