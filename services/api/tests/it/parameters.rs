//! What the description says of the parameters of queries, held against the API itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::described::{CLASSES, keys, required, schema};
use crate::harness::{at, each_engine};
use crate::openapi::document;
use crate::pages::{LISTS, listing};
use crate::world::World;

/// The words of a parameter of an operation, if it has that: of its value, or of those that its value lists.
fn words<'a>(operation: &'a Value, name: &str) -> Vec<&'a str> {
    let parameters = operation["parameters"].as_array().unwrap();
    let parameter = parameters.iter().find(|one| one["name"] == name);
    let schema = parameter.map_or(&Value::Null, |one| &one["schema"]);
    let words = schema["enum"]
        .as_array()
        .or(schema["items"]["enum"].as_array());
    let words = words.into_iter().flatten();
    words.map(|word| word.as_str().unwrap()).collect()
}

#[tokio::test]
async fn added_members() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        for (class, path, _) in CLASSES {
            let described = path.split('/').nth(1).unwrap();
            let operation = &document["paths"][format!("/{described}/{{id}}")]["get"];
            let names = words(operation, "include");
            let schema = schema(&document, class);
            let all: BTreeSet<&str> = required(schema).into_iter().chain(names.clone()).collect();
            let told: BTreeSet<&str> = keys(&schema["properties"])
                .into_iter()
                .map(String::as_str)
                .collect();
            assert_eq!(told, all, "{class}");
            let path = world.path(path) + "?include=" + names.join(",").as_str();
            let whole = api.get(&path).await.is(200).json();
            assert_eq!(keys(&schema["properties"]), keys(&whole), "{class}");
            for name in names {
                let (value, schema) = (&whole[name], &schema["properties"][name]);
                let (one, kind) = match value {
                    Value::Array(all) => (&all[0], &schema["items"]["$ref"]),
                    one => (one, &schema["$ref"]),
                };
                match one["__class__"].as_str() {
                    Some(class) => assert_eq!(kind, &format!("#/components/schemas/{class}")),
                    None => assert_eq!(
                        (schema["type"].as_str(), value.is_u64()),
                        (Some("integer"), true)
                    ),
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn orders() {
    each_engine(|api| async move {
        let (world, document) = (World::new(&api).await, document(&api).await);
        for (path, _) in LISTS {
            let template = path
                .split('/')
                .map(|part| if part.starts_with('{') { "{id}" } else { part });
            let template = template.collect::<Vec<_>>().join("/");
            let method = if path == "/places_search" {
                "post"
            } else {
                "get"
            };
            let operation = &document["paths"][&template][method];
            let sorts = words(operation, "sort");
            assert_ne!(sorts.is_empty(), path != "/users", "{path}");
            let usual = api
                .send(listing(&at(&world.path(path)), &json!({})))
                .await
                .is(200);
            for sort in &sorts {
                let target = at(&world.path(path)) + "?sort=" + *sort;
                let sorted = api.send(listing(&target, &json!({}))).await.is(200);
                assert_eq!(sorted.body, usual.body, "a list of one has one order");
            }
            let examples =
                &operation["responses"]["400"]["content"]["application/json"]["examples"];
            for (name, told) in [("sort", sorts), ("include", words(operation, "include"))] {
                let target = at(&world.path(path)) + "?" + name + "=nope";
                let reply = api.send(listing(&target, &json!({}))).await;
                match told.is_empty() {
                    true => assert_eq!(reply.is(200).body, usual.body),
                    false => {
                        let sentence = reply.is(400).json()["error"].as_str().unwrap().to_owned();
                        assert!(examples.get(&sentence).is_some(), "{path}: {sentence}");
                        assert!(
                            told.iter().all(|word| sentence.contains(word)),
                            "{sentence}"
                        );
                    }
                }
            }
        }
    })
    .await;
}
