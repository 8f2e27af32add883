//! The style sheets, scripts and images of HBNB, under `/static/`.
//!
//! [`router`] is the whole service, used alike by the programs and by every test. The files of `static` are put into the
//! program by `build.rs`, packed as browsers take them, and answered from memory.

pub mod config;

mod answer;
mod coding;
mod embedded;
mod folder;
mod hashed_name;
mod kind;
mod memory;
mod name;
mod page;
mod range;

pub use embedded::File;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use kit::layers::Failure;

use answer::answer;
use folder::Folder;
use memory::Memory;
use page::page;

/// Answers everything under `/static/` with the files that are in the program or, if there is a `folder`, with what is in
/// that one at the time of each request; a page that says 404 for whatever else is asked.
pub fn router(folder: Option<PathBuf>) -> Router {
    match folder {
        Some(folder) => routes(Files::Folder(Folder::new(folder))),
        None => of_files(embedded::FILES),
    }
}

/// The same with these files instead of those in the program.
pub fn of_files(files: &'static [File]) -> Router {
    routes(Files::Memory(Memory::new(files)))
}

enum Files {
    Memory(Memory),
    Folder(Folder),
}

fn routes(files: Files) -> Router {
    let only_read = async || {
        let mut response = page(StatusCode::METHOD_NOT_ALLOWED);
        let methods = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(header::ALLOW, methods);
        response
    };
    let nothing = || get(not_found).fallback(only_read);
    Router::new()
        .route("/static/{*name}", get(file).fallback(only_read))
        .route("/static", nothing())
        .route("/static/", nothing())
        .fallback(not_found)
        .with_state(Arc::new(files))
}

async fn file(State(files): State<Arc<Files>>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let Some(name) = name::of(request.uri.path()) else {
        return not_found().await;
    };
    match &*files {
        Files::Memory(memory) => match memory.find(&name, &request.headers) {
            Some(found) => answer(&request, &found),
            None => not_found().await,
        },
        Files::Folder(folder) => match folder.read(&name).await {
            Ok(Some(read)) => answer(&request, &read.found()),
            Ok(None) => not_found().await,
            Err(error) => {
                let mut response = page(StatusCode::INTERNAL_SERVER_ERROR);
                let failure = Failure::error(format_args!("{name}: {error}"));
                response.extensions_mut().insert(failure);
                response
            }
        },
    }
}

async fn not_found() -> Response {
    page(StatusCode::NOT_FOUND)
}
