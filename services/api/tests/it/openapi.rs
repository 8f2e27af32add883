//! The description of the API: its form, and that it holds every route and no other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::{Api, each_engine, open};
use crate::methods::ROUTES;
use crate::world::nowhere;

/// The methods that are described: HEAD and OPTIONS go without saying.
const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

pub(crate) async fn document(api: &Api) -> Value {
    api.get("/openapi.json").await.is(200).json()
}

/// The methods of each path of the document.
fn described(document: &Value) -> BTreeMap<&str, BTreeSet<&str>> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |item: &Value| {
        let item = item.as_object().unwrap();
        METHODS
            .into_iter()
            .filter(|method| item.contains_key(*method))
            .collect()
    };
    paths
        .iter()
        .map(|(path, item)| (path.as_str(), methods(item)))
        .collect()
}

/// All operations, with their paths and methods.
pub(crate) fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let found = described(document);
    let pairs = found
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| (path, method)));
    pairs
        .map(|(path, method)| (path, method, &document["paths"][path][method]))
        .collect()
}

/// The whole paths that the router has, read from what it prints of itself; without those that only add a slash.
fn routed(api: &Api) -> BTreeSet<String> {
    let printed = format!("{:?}", ::api::app(api.store.clone(), open()));
    let paths = printed
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.starts_with('/'));
    let paths: BTreeSet<&str> = paths.filter(|path| !path.contains('*')).collect();
    assert!(
        paths.contains("/api/v1/states"),
        "the router prints itself in another way: {printed}"
    );
    paths
        .iter()
        .filter(|path| !path.ends_with('/'))
        .map(|path| (*path).to_owned())
        .collect()
}

/// A path with something in place of each parameter.
fn filled(template: &str) -> String {
    nowhere(
        &template
            .replace("{id}", "{place}")
            .replace("{amenity_id}", "{amenity}"),
    )
}

#[tokio::test]
async fn every_route() {
    each_engine(|api| async move {
        let document = document(&api).await;
        let mut described: BTreeSet<String> = described(&document)
            .keys()
            .map(|path| format!("/api/v1{path}"))
            .collect();
        // The pages for people, which show the document.
        for page in ["/apidocs", "/api/v1/docs", "/api/v1/docs/{file}"] {
            assert!(described.insert(page.to_owned()));
        }
        assert_eq!(routed(&api), described);
    })
    .await;
}

#[tokio::test]
async fn every_method() {
    each_engine(|api| async move {
        let document = document(&api).await;
        for (path, methods) in described(&document) {
            let target = filled(path);
            let allow = api
                .ask("OPTIONS", &target)
                .await
                .is(200)
                .header("allow")
                .to_lowercase();
            let mut told: BTreeSet<&str> = allow.split(", ").collect();
            assert!(told.remove("options"), "{path}");
            assert_eq!(told.remove("head"), told.contains("get"), "{path}");
            assert_eq!(told, methods, "{path}");
            for method in METHODS {
                let reply = api.ask(&method.to_uppercase(), &target).await;
                assert_eq!(
                    reply.status == 405,
                    !methods.contains(method),
                    "{method} {path}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_table_of_methods() {
    each_engine(|api| async move {
        let document = document(&api).await;
        let plain = |path: &str| {
            let parts = path
                .split('/')
                .map(|part| if part.starts_with('{') { "{}" } else { part });
            parts.collect::<Vec<_>>().join("/")
        };
        let described: BTreeSet<String> = described(&document).into_keys().map(plain).collect();
        assert_eq!(
            described,
            ROUTES.iter().map(|(path, _)| plain(path)).collect()
        );
    })
    .await;
}

#[tokio::test]
async fn form() {
    each_engine(|api| async move {
        let document = document(&api).await;
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["info"]["title"], "HBNB API");
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(document["servers"][0]["url"], "/api/v1");
        let mut ids = BTreeSet::new();
        let tags: Vec<&Value> = document["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| &tag["name"])
            .collect();
        for (path, method, operation) in operations(&document) {
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap()),
                "{method} {path}"
            );
            assert!(
                !operation["summary"].as_str().unwrap().is_empty(),
                "{method} {path}"
            );
            assert!(tags.contains(&&operation["tags"][0]), "{method} {path}");
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let in_path = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path");
            let named: Vec<String> = in_path
                .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
                .collect();
            let wanted: Vec<&str> = path
                .split('/')
                .filter(|part| part.starts_with('{'))
                .collect();
            assert_eq!(named, wanted, "{method} {path}");
            for parameter in &parameters {
                assert!(!parameter["example"].is_null(), "{method} {path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn references() {
    each_engine(|api| async move {
        let document = document(&api).await;
        let mut found = BTreeSet::new();
        collect(&document, &mut found);
        for reference in &found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        for name in document["components"]["schemas"]
            .as_object()
            .unwrap()
            .keys()
        {
            assert!(
                found.contains(&format!("#/components/schemas/{name}")),
                "{name} is used nowhere"
            );
        }
    })
    .await;
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.insert(reference.clone());
            }
            members.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn errors() {
    each_engine(|api| async move {
        let document = document(&api).await;
        for (path, method, operation) in operations(&document) {
            let has = |status: &str| !operation["responses"][status].is_null();
            let (id, body) = (path.contains("{id}"), !operation["requestBody"].is_null());
            let write = method != "get" && path != "/places_search";
            let parameters = operation["parameters"].to_string();
            let paged = parameters.contains("\"cursor\"");
            let free = ["/status", "/openapi.json"].contains(&path);
            for status in ["400", "414", "431", "503"] {
                assert!(has(status), "{method} {path}: {status}");
            }
            assert_eq!(has("408"), body, "{method} {path}");
            assert_eq!(has("401"), write, "{method} {path}");
            assert_eq!(!operation["security"].is_null(), write, "{method} {path}");
            assert_eq!(has("404"), id, "{method} {path}");
            assert_eq!(has("413"), body, "{method} {path}");
            assert_eq!(has("500"), !free, "{method} {path}");
            let link = &operation["responses"]["200"]["headers"]["Link"];
            assert_eq!(!link.is_null(), paged, "{method} {path}");
        }
    })
    .await;
}

/// Each shows an answer, and what is described for many operations is really used by one.
#[tokio::test]
async fn examples() {
    each_engine(|api| async move {
        let document = document(&api).await;
        let shared = &document["components"]["responses"];
        let mut unused: BTreeSet<&String> = shared.as_object().unwrap().keys().collect();
        for (path, method, operation) in operations(&document) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let name = response["$ref"]
                    .as_str()
                    .map(|name| name.rsplit('/').next().unwrap());
                unused.retain(|other| name != Some(other.as_str()));
                let response = name.map_or(response, |name| &shared[name]);
                let content = &response["content"]["application/json"];
                let shown = !content["example"].is_null() || !content["examples"].is_null();
                assert!(shown, "{method} {path} {status}");
            }
        }
        assert!(unused.is_empty(), "{unused:?}");
    })
    .await;
}
