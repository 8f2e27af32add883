//! What the description says of objects, bodies and errors, held against the API itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Api, each_engine};
use crate::openapi::{document, operations};
use crate::world::World;

pub(crate) const CLASSES: [(&str, &str, &str); 6] = [
    ("State", "/states/{state}", "/states"),
    ("City", "/cities/{city}", "/states/{state}/cities"),
    ("Amenity", "/amenities/{amenity}", "/amenities"),
    ("User", "/users/{user}", "/users"),
    ("Place", "/places/{place}", "/cities/{city}/places"),
    ("Review", "/reviews/{review}", "/places/{place}/reviews"),
];

pub(crate) fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    &document["components"]["schemas"][name]
}

pub(crate) fn keys(value: &Value) -> BTreeSet<&String> {
    value.as_object().unwrap().keys().collect()
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(types) => types.iter().map(|one| one.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    }
}

/// The names of the members that an object always has.
pub(crate) fn required(schema: &Value) -> BTreeSet<&str> {
    let names = schema["required"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap()).collect()
}

/// Asserts that a value has the members that the schema of an object asks for and no other, and each as it says.
fn assert_fits(schema: &Value, value: &Value) {
    let there: BTreeSet<&str> = keys(value).into_iter().map(String::as_str).collect();
    assert_eq!(required(schema), there);
    for (name, value) in value.as_object().unwrap() {
        let kind = match value {
            Value::Null => "null",
            Value::String(_) => "string",
            Value::Number(number) if number.is_i64() => "integer",
            Value::Number(_) => "number",
            other => unreachable!("{other}"),
        };
        assert!(
            types(&schema["properties"][name]).contains(&kind),
            "{name}: {value}"
        );
    }
}

/// What may be sent and no answer shows.
const HIDDEN: [&str; 2] = ["amenity_ids", "password"];

/// The example of a schema, with the user and the amenity of this world where it names one.
fn example(schema: &Value, world: &World) -> Value {
    let mut example = schema["examples"][0].clone();
    if !example["amenity_ids"].is_null() {
        example["amenity_ids"] = json!([world.amenity]);
    }
    if !example["user_id"].is_null() {
        example["user_id"] = json!(world.user);
    }
    example
}

#[tokio::test]
async fn answers() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        for (class, path, _) in CLASSES {
            let real = api.get(&world.path(path)).await.is(200).json();
            let schema = schema(&document, class);
            // A bare object: what is not null in it may never be.
            for (name, value) in real.as_object().unwrap() {
                let nullable = types(&schema["properties"][name]).contains(&"null");
                assert_eq!(nullable, value.is_null(), "{class}.{name}");
            }
            assert_fits(schema, &real);
            assert_fits(schema, &schema["examples"][0]);
            assert_eq!(schema["properties"]["__class__"]["enum"], json!([class]));
        }
        for (name, path) in [("Status", "/status"), ("Stats", "/stats")] {
            assert_fits(schema(&document, name), &api.get(path).await.is(200).json());
        }
        assert_fits(
            schema(&document, "Error"),
            &api.get("/nope").await.is(404).json(),
        );
    })
    .await;
}

#[tokio::test]
async fn new_objects() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        for (class, _, maker) in CLASSES {
            let (schema, maker) = (schema(&document, &format!("New{class}")), world.path(maker));
            let whole = example(schema, &world);
            assert_eq!(keys(&schema["properties"]), keys(&whole), "{class}");
            let made = api.post(&maker, whole.clone()).await.is(201).json();
            assert_taken(&whole, &made);
            let required = schema["required"].as_array().unwrap();
            for name in required {
                let mut without = whole.clone();
                without
                    .as_object_mut()
                    .unwrap()
                    .remove(name.as_str().unwrap());
                let sentence = format!("Missing {}", name.as_str().unwrap());
                api.post(&maker, without).await.refused(400, &sentence);
            }
            let mut least = whole.clone();
            least
                .as_object_mut()
                .unwrap()
                .retain(|name, _| required.contains(&json!(name)));
            let bare = api.post(&maker, least).await.is(201).json();
            for (name, member) in schema["properties"].as_object().unwrap() {
                if !required.contains(&json!(name)) && !HIDDEN.contains(&name.as_str()) {
                    assert_eq!(bare[name], member["default"], "{class}.{name}");
                }
            }
            limits(&api, &maker, schema, &whole).await;
        }
    })
    .await;
}

/// Each text at its greatest length is taken, and a longer one is not.
async fn limits(api: &Api, maker: &str, schema: &Value, whole: &Value) {
    for (name, member) in schema["properties"].as_object().unwrap() {
        if let Some(most) = member["maxLength"].as_u64() {
            for (length, status) in [(most, 201), (most + 1, 400)] {
                let mut body = whole.clone();
                body[name] = json!("x".repeat(usize::try_from(length).unwrap()));
                api.post(maker, body).await.is(status);
            }
        }
    }
}

/// Asserts that what was sent is in the answer, but for what none shows.
fn assert_taken(sent: &Value, answer: &Value) {
    for (name, value) in sent.as_object().unwrap() {
        let shown = (!HIDDEN.contains(&name.as_str())).then_some(value);
        assert_eq!(answer.get(name), shown, "{name}");
    }
}

#[tokio::test]
async fn changes() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        for (class, path, _) in CLASSES {
            let (schema, path) = (
                schema(&document, &format!("{class}Changes")),
                world.path(path),
            );
            let whole = example(schema, &world);
            assert_eq!(keys(&schema["properties"]), keys(&whole), "{class}");
            assert!(schema["required"].is_null());
            assert_taken(&whole, &api.put(&path, whole.clone()).await.is(200).json());
            for (name, member) in schema["properties"].as_object().unwrap() {
                let nullable = types(member).contains(&"null");
                let reply = api.put(&path, json!({name: null})).await;
                assert_eq!(reply.status == 200, nullable, "{class}.{name}");
            }
            // What the description does not offer does not change.
            let before = api.get(&path).await.json();
            let mut others = before.clone();
            for (name, value) in others.as_object_mut().unwrap() {
                *value = whole.get(name).cloned().unwrap_or(json!("other"));
            }
            let mut after = api.put(&path, others).await.is(200).json();
            let mut wanted = before;
            for (name, value) in whole
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| !HIDDEN.contains(&name.as_str()))
            {
                wanted[name] = value.clone();
            }
            after["updated_at"].take();
            wanted["updated_at"].take();
            assert_eq!(after, wanted);
        }
    })
    .await;
}

#[tokio::test]
async fn search() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        let schema = schema(&document, "PlaceSearch");
        let found = api
            .post("/places_search", schema["examples"][0].clone())
            .await
            .is(200);
        assert!(found.list().is_empty());
        for name in keys(&schema["properties"]) {
            let id = world.path(&match name.as_str() {
                "states" => "{state}".to_owned(),
                "cities" => "{city}".to_owned(),
                _ => "{amenity}".to_owned(),
            });
            let found = api
                .post("/places_search", json!({name: [id]}))
                .await
                .is(200);
            assert_eq!(found.list().len(), 1, "{name}");
            let wrong = api.post("/places_search", json!({name: 5})).await;
            wrong.refused(400, &format!("{name} must be a list of ids"));
        }
    })
    .await;
}

#[tokio::test]
async fn bodies() {
    each_engine(|api| async move {
        let document = document(&api).await;
        for (path, method, operation) in operations(&document) {
            let Some(body) = operation.get("requestBody") else {
                continue;
            };
            assert_eq!(body["required"], true, "{method} {path}");
            let content = &body["content"]["application/json"];
            let name = content["schema"]["$ref"].as_str().unwrap();
            let schema = document.pointer(&name[1..]).unwrap();
            assert_eq!(content["example"], schema["examples"][0], "{method} {path}");
        }
    })
    .await;
}
