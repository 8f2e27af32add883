//! The description of the API, made for programs: every route, body, answer, error and example, in the form of
//! `OpenAPI` 3.1.
//!
//! A member of a class is a line in `classes.rs`, a route one in `paths.rs`; tests hold both to what the router and its
//! answers really are.

mod class;
mod classes;
mod errors;
mod extra;
mod member;
mod operations;
mod parameters;
mod paths;
mod schemas;

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};

use crate::routes::ROOT;

const ABOUT: &str =
    "States, cities, amenities, users, places and reviews of a rental-listing site.

- Every path also works with a slash at its end. HEAD is answered where GET is, OPTIONS everywhere; any other method with
  405 and the header `Allow`.
- Every error is `{\"error\": \"…\"}`. An unknown path or object, or an id that is no UUID, is 404.
- A request's body is an object in `application/json`. Members that a route does not know are ignored.
- Lists come whole, ordered by id. `sort` asks for another order: names compare code point by code point, capitals before
  small letters. With `limit` they come in pages; the header `Link` names the next, with all other parameters kept.
- `include` adds to objects what they refer to, so that one answer tells all that a page shows.
- When the site has a token, writes need it as `Authorization: Bearer`.";

/// The token of the site, as operations name it.
const TOKEN: &str = "token";

/// The whole document.
pub(crate) fn document() -> OpenApi {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT"));
    let info = InfoBuilder::new()
        .title("HBNB API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    let mut tags: Vec<_> = classes::ALL
        .iter()
        .map(|class| {
            TagBuilder::new()
                .name(class.plural)
                .description(Some(class.about))
                .build()
        })
        .collect();
    tags.push(
        TagBuilder::new()
            .name(paths::SERVICE)
            .description(Some("The service itself."))
            .build(),
    );
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url(ROOT).build()]))
        .tags(Some(tags))
        .paths(paths::paths())
        .components(Some(schemas::all(errors::all(components())).build()))
        .build()
}

fn components() -> ComponentsBuilder {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The token of the site; needed by writes when there is one.",
        ))
        .build();
    ComponentsBuilder::new().security_scheme(TOKEN, SecurityScheme::Http(scheme))
}
