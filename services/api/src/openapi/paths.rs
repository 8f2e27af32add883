//! The routes.

use serde_json::json;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, PathItem, PathItemBuilder, Paths, PathsBuilder,
};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, ResponseBuilder};

use crate::error::Error;
use crate::openapi::class::Class;
use crate::openapi::classes::{AMENITY, CITY, PLACE, REVIEW, STATE, USER};
use crate::openapi::errors::{Common, anywhere, bad_request, common};
use crate::openapi::operations::{
    answer, bad_bodies, body, list, operation, stored, with_all, with_body, write,
};
use crate::openapi::parameters::{bad_includes, bad_lists, include, path_id};
use crate::openapi::schemas::{search_example, stats_example};

/// The tag of what belongs to no class.
pub(super) const SERVICE: &str = "Service";

pub(super) fn paths() -> Paths {
    let mut paths = of_operations();
    for item in paths.paths.values_mut() {
        let PathItem {
            get,
            put,
            post,
            delete,
            ..
        } = item;
        let all = [get, put, post, delete];
        all.into_iter().flatten().for_each(anywhere);
    }
    paths
}

fn of_operations() -> Paths {
    PathsBuilder::new()
        .path("/status", read(status()))
        .path("/stats", read(stats()))
        .path("/states", collection(&STATE, None))
        .path("/states/{id}", object(&STATE))
        .path("/states/{id}/cities", collection(&CITY, Some(&STATE)))
        .path("/cities/{id}", object(&CITY))
        .path("/amenities", collection(&AMENITY, None))
        .path("/amenities/{id}", object(&AMENITY))
        .path("/users", collection(&USER, None))
        .path("/users/{id}", object(&USER))
        .path("/cities/{id}/places", collection(&PLACE, Some(&CITY)))
        .path("/users/{id}/places", read(list_all(&PLACE, Some(&USER))))
        .path("/places/{id}", object(&PLACE))
        .path("/places/{id}/reviews", collection(&REVIEW, Some(&PLACE)))
        .path("/reviews/{id}", object(&REVIEW))
        .path(
            "/places/{id}/amenities",
            read(list_all(&AMENITY, Some(&PLACE))),
        )
        .path("/places/{id}/amenities/{amenity_id}", link_of_place())
        .path("/places_search", PathItem::new(HttpMethod::Post, search()))
        .path("/openapi.json", read(document()))
        .build()
}

fn read(operation: Operation) -> PathItem {
    PathItem::new(HttpMethod::Get, operation)
}

fn collection(class: &Class, parent: Option<&Class>) -> PathItem {
    PathItemBuilder::new()
        .operation(HttpMethod::Get, list_all(class, parent))
        .operation(HttpMethod::Post, create(class, parent))
        .build()
}

fn object(class: &Class) -> PathItem {
    PathItemBuilder::new()
        .operation(HttpMethod::Get, show(class))
        .operation(HttpMethod::Put, update(class))
        .operation(HttpMethod::Delete, delete(class))
        .build()
}

/// What is below an object: its id is in the path.
fn below(operation: OperationBuilder, parent: &Class) -> OperationBuilder {
    common(
        operation.parameter(path_id("id", parent)),
        &[Common::NotFound],
    )
}

fn list_all(class: &Class, parent: Option<&Class>) -> Operation {
    let (id, summary) = match parent {
        Some(parent) => (
            format!("list{}Of{}", class.plural, parent.name),
            format!("{} of a {}", class.plural, parent.name.to_lowercase()),
        ),
        None => (
            format!("list{}", class.plural),
            format!("All {}", class.plural.to_lowercase()),
        ),
    };
    let operation = list(operation(&id, class.plural, &summary), class);
    let operation = match parent {
        Some(parent) => below(operation, parent),
        None => operation,
    };
    bad_request(operation, &bad_lists(class)).build()
}

fn create(class: &Class, parent: Option<&Class>) -> Operation {
    let summary = format!("Make a new {}", class.name.to_lowercase());
    let new = operation(&format!("create{}", class.name), class.plural, &summary).response(
        "201",
        answer("The new object.", class.name, class.example()),
    );
    let new = with_body(write(new), body(&class.new_name(), class.new_example()));
    let new = match parent {
        Some(parent) => below(new, parent),
        None => new,
    };
    bad_request(new, &bad_bodies(class, true)).build()
}

fn show(class: &Class) -> Operation {
    let summary = format!("One {}", class.name.to_lowercase());
    let show = operation(&format!("get{}", class.name), class.plural, &summary)
        .response("200", answer("The object.", class.name, class.example()));
    let show = below(with_all(stored(show), include(class)), class);
    match bad_includes(class) {
        errors if errors.is_empty() => show.build(),
        errors => bad_request(show, &errors).build(),
    }
}

fn update(class: &Class) -> Operation {
    let summary = format!("Change a {}", class.name.to_lowercase());
    let update = operation(&format!("update{}", class.name), class.plural, &summary).response(
        "200",
        answer("The object as it is now.", class.name, class.example()),
    );
    let update = with_body(
        write(update),
        body(&class.changes_name(), class.changes_example()),
    );
    bad_request(below(update, class), &bad_bodies(class, false)).build()
}

fn delete(class: &Class) -> Operation {
    let summary = format!("Delete a {}", class.name.to_lowercase());
    let delete = operation(&format!("delete{}", class.name), class.plural, &summary)
        .description(Some(class.deletion))
        .response("200", answer("It is gone.", "Empty", json!({})));
    below(write(delete), class).build()
}

fn link_of_place() -> PathItem {
    let amenity = || path_id("amenity_id", &AMENITY);
    let link = operation("linkAmenity", AMENITY.plural, "Give a place an amenity")
        .description(Some("No body is needed, and none is looked at."))
        .response(
            "201",
            answer(
                "The amenity, new to the place.",
                AMENITY.name,
                AMENITY.example(),
            ),
        )
        .response(
            "200",
            answer(
                "The amenity, which the place already had.",
                AMENITY.name,
                AMENITY.example(),
            ),
        );
    let unlink = operation(
        "unlinkAmenity",
        AMENITY.plural,
        "Take an amenity from a place",
    )
    .description(Some("404 also when the place does not have it."))
    .response(
        "200",
        answer("The place no longer has it.", "Empty", json!({})),
    );
    PathItemBuilder::new()
        .operation(
            HttpMethod::Post,
            below(write(link), &PLACE).parameter(amenity()),
        )
        .operation(
            HttpMethod::Delete,
            below(write(unlink), &PLACE).parameter(amenity()),
        )
        .build()
}

fn search() -> Operation {
    let search = operation(
        "searchPlaces",
        PLACE.plural,
        "Places by where they are and what they have",
    )
    .description(Some(
        "Reads only: no token is needed. Each place comes once.",
    ));
    let search = with_body(list(search, &PLACE), body("PlaceSearch", search_example()));
    let wrong = Error::Invalid(domain::Invalid {
        field: "states",
        reason: "must be a list of ids".into(),
    });
    let mut ways = vec![Error::NotAJson, Error::NotAnObject, wrong];
    ways.extend(bad_lists(&PLACE));
    bad_request(search, &ways).build()
}

fn status() -> Operation {
    operation("getStatus", SERVICE, "Whether the service answers")
        .response("200", answer("It does.", "Status", json!({"status": "OK"})))
        .build()
}

fn stats() -> Operation {
    let stats = operation("getStats", SERVICE, "How many objects there are")
        .response("200", answer("The numbers.", "Stats", stats_example()));
    stored(stats).build()
}

fn document() -> Operation {
    let any = ContentBuilder::new()
        .schema(Some(ObjectBuilder::new()))
        .example(Some(
            json!({"openapi": "3.1.0", "info": {"title": "HBNB API"}}),
        ));
    operation("getOpenApi", SERVICE, "This document")
        .response(
            "200",
            ResponseBuilder::new()
                .description("OpenAPI 3.1.")
                .content("application/json", any.build()),
        )
        .build()
}
