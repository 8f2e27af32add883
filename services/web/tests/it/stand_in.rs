//! An API that the test makes up: one of everything, each with the text that the test gives, and as many rows as it wants.
//! It remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

pub(crate) const TIME: &str = "2017-01-27T09:05:54";

/// What it was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Below `/api/v1`, with its query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

#[derive(Clone, Default)]
pub(crate) struct StandIn {
    /// Stands in every name and text.
    pub(crate) text: String,
    /// How long its lists are.
    pub(crate) rows: usize,
    /// The token that it wants to see before it changes anything.
    pub(crate) token: Option<&'static str>,
    /// What it says to whatever would change something.
    pub(crate) refusal: Option<&'static str>,
    /// Whether it knows no e-mail address.
    pub(crate) unknown: bool,
    /// Members of its places that are not as usual.
    pub(crate) place: Value,
    pub(crate) log: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    pub(crate) fn new(text: &str) -> StandIn {
        StandIn {
            text: text.to_owned(),
            rows: 1,
            ..StandIn::default()
        }
    }

    pub(crate) fn router(&self) -> Router {
        let this = self.clone();
        Router::new().fallback(
            async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                this.answer(method, &uri, &headers, &body)
            },
        )
    }

    /// All that it was asked, in the order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }

    /// The same without what only reads.
    pub(crate) fn changes(&self) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(is_change);
        asked
    }

    fn answer(&self, method: Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let authorization = headers.get(header::AUTHORIZATION);
        let path = uri.path_and_query().unwrap().as_str();
        let asked = Asked {
            method,
            path: path.strip_prefix("/api/v1").unwrap().to_owned(),
            authorization: authorization.map(|value| value.to_str().unwrap().to_owned()),
            body: serde_json::from_slice(body).unwrap_or_default(),
        };
        self.log.lock().unwrap().push(asked.clone());
        if is_change(&asked) {
            let token = self.token.map(|token| format!("Bearer {token}"));
            if token.is_some() && token != asked.authorization {
                return refused(StatusCode::UNAUTHORIZED, "This needs a token");
            }
            if let Some(told) = self.refusal {
                return refused(StatusCode::BAD_REQUEST, told);
            }
        }
        let path = asked.path.split('?').next().unwrap();
        match path.contains("nope") {
            true => refused(StatusCode::NOT_FOUND, "Not found"),
            false => self.found(path, &asked),
        }
    }

    fn found(&self, path: &str, asked: &Asked) -> Response {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (&asked.method, parts.as_slice()) {
            (&Method::DELETE, _) => json_of(&json!({})),
            (&Method::GET, ["users"]) if self.unknown => json_of(&json!([])),
            (&Method::POST, ["users"]) => json_of(&self.object("users", "new")),
            (&Method::POST, [_, _, class] | [_, _, class, _]) => {
                json_of(&self.object(class, "new"))
            }
            (_, ["places_search"]) => self.list("places", asked),
            (_, [class] | [_, _, class]) => self.list(class, asked),
            (_, [class, id]) => json_of(&self.object(class, id)),
            _ => refused(StatusCode::NOT_FOUND, "Not found"),
        }
    }

    fn list(&self, class: &str, asked: &Asked) -> Response {
        let rows = (0..self.rows).map(|row| self.object(class, &row.to_string()));
        let rows = json!(rows.collect::<Vec<_>>());
        // Where there are many rows, more follow.
        if self.rows < 2 {
            return json_of(&rows);
        }
        let path = asked.path.split('?').next().unwrap();
        let next = format!("</api/v1{path}?limit=24&cursor=after%20these>; rel=\"next\"");
        ([(header::LINK, next)], json_of(&rows)).into_response()
    }

    fn unusual(&self, mut place: Value) -> Value {
        for (name, value) in self.place.as_object().into_iter().flatten() {
            place[name] = value.clone();
        }
        place
    }

    /// One object with all that could be asked for beside it.
    fn object(&self, class: &str, id: &str) -> Value {
        let text = &self.text;
        let named = |id: &str| json!({ "id": id, "name": text });
        let user = json!({
            "id": "owner", "email": "owner@hbnb.example", "first_name": text, "last_name": null,
            "created_at": TIME, "updated_at": TIME,
        });
        match class {
            "states" => json!({ "id": id, "name": text, "cities": [named("city")] }),
            "cities" => {
                json!({ "id": id, "name": text, "state_id": "state", "state": named("state") })
            }
            "amenities" => named(id),
            "users" => user,
            "reviews" => json!({
                "id": id, "text": text, "place_id": "place", "user_id": "owner", "created_at": TIME,
                "updated_at": TIME, "user": user, "place": self.object("places", "place"),
            }),
            "places" => self.unusual(json!({
                "id": id, "name": text, "description": text, "number_rooms": 1, "number_bathrooms": 2,
                "max_guest": 3, "price_by_night": 1200, "latitude": 37.773972, "longitude": -122.431297,
                "city_id": "city", "user_id": "owner", "created_at": TIME, "updated_at": TIME,
                "user": user, "city": named("city"), "state": named("state"),
                "amenities": [named("old"), named("kept")], "review_count": self.rows,
            })),
            other => panic!("no class {other}"),
        }
    }
}

fn is_change(asked: &Asked) -> bool {
    asked.method != Method::GET && !asked.path.starts_with("/places_search")
}

fn json_of(value: &Value) -> Response {
    axum::Json(value).into_response()
}

fn refused(status: StatusCode, told: &str) -> Response {
    (status, axum::Json(json!({ "error": told }))).into_response()
}
