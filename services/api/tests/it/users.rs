//! `/users`.

use serde_json::json;

use crate::harness::{Api, at, each_engine};
use crate::pages::{next, walk};
use crate::reply::ids;
use crate::world::copies;

#[tokio::test]
async fn life() {
    each_engine(|api| async move {
        let body = json!({"email": "bob@b.c", "password": "pwd", "last_name": "Dylan", "nope": 1});
        let made = api.post("/users", body).await.is(201);
        let user = made.json();
        let (id, created, updated) = (&user["id"], &user["created_at"], &user["updated_at"]);
        let text = format!(
            "{{\"__class__\":\"User\",\"created_at\":{created},\"email\":\"bob@b.c\",\"first_name\":null,\"id\":{id},\
             \"last_name\":\"Dylan\",\"updated_at\":{updated}}}"
        );
        assert_eq!(made.text(), format!("{text}\n"));
        assert_eq!(api.get("/users").await.is(200).text(), format!("[{text}]\n"));
    })
    .await;
}

#[tokio::test]
async fn names() {
    each_engine(|api| async move {
        let body = json!({"email": "a", "password": "b", "first_name": "Bob", "last_name": null});
        let id = api.make("/users", body).await;
        let path = format!("/users/{id}");
        let change = json!({"first_name": null, "last_name": ""});
        let user = api.put(&path, change).await.is(200).json();
        assert!(user["first_name"].is_null());
        assert_eq!(user["last_name"], "");
        let user = api
            .put(&path, json!({"first_name": "Al"}))
            .await
            .is(200)
            .json();
        assert_eq!(
            (&user["first_name"], &user["last_name"]),
            (&json!("Al"), &json!(""))
        );
    })
    .await;
}

/// What stands in the column, read by way of a column that is shown.
async fn stored_password(api: &Api, path: &str) -> String {
    let sql = "UPDATE users SET last_name = password";
    api.sql(sql).await;
    let user = api.get(path).await.is(200).json();
    user["last_name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn password() {
    each_engine(|api| async move {
        let secret = "s3cret-\u{e9}";
        let made = api
            .post("/users", json!({"email": "a", "password": secret}))
            .await
            .is(201);
        assert!(!made.text().contains("password") && !made.text().contains("s3cret"));
        let path = format!("/users/{}", made.json()["id"].as_str().unwrap());
        let first = stored_password(&api, &path).await;
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        api.put(&path, json!({"first_name": "Bob"})).await.is(200);
        assert_eq!(stored_password(&api, &path).await, first);
        let changed = api.put(&path, json!({"password": secret})).await.is(200);
        assert!(!changed.text().contains("password") && !changed.text().contains("s3cret"));
        let second = stored_password(&api, &path).await;
        assert!(
            second.starts_with("$argon2id$") && second != first,
            "{second}"
        );
    })
    .await;
}

#[tokio::test]
async fn odd_passwords() {
    each_engine(|api| async move {
        for password in ["", "a\0b", " ", &"\u{1f3e1}".repeat(5_000)] {
            let id = api
                .make("/users", json!({"email": "a", "password": password}))
                .await;
            let hash = stored_password(&api, &format!("/users/{id}")).await;
            assert!(hash.starts_with("$argon2id$"), "{hash}");
        }
    })
    .await;
}

#[tokio::test]
async fn namesakes() {
    each_engine(|api| async move {
        let body = json!({"email": "a@b.c", "password": "pwd"});
        api.post("/users", body.clone()).await.is(201);
        api.post("/users", body).await.is(201);
        assert_eq!(api.get("/users").await.is(200).list().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn by_email() {
    each_engine(|api| async move {
        let odd = "a+b&c=d,%\u{e9}@b.c";
        let mut made = Vec::new();
        for email in ["a@b.c", odd, "A@b.c", "a@b.cc", " a@b.c", "", odd] {
            let user = json!({"email": email, "password": "pwd"});
            made.push(api.make("/users", user).await);
        }
        for (text, wanted) in [
            ("a@b.c", vec![0]),
            ("A@b.c", vec![2]),
            ("a%2Bb%26c%3Dd%2C%25%C3%A9%40b.c", vec![1, 6]),
            ("", vec![5]),
            ("nobody&email=a@b.c", vec![0]),
        ] {
            let mut wanted: Vec<&String> = wanted.into_iter().map(|at: usize| &made[at]).collect();
            wanted.sort();
            let found = api.get(&format!("/users?email={text}")).await.is(200);
            assert_eq!(
                ids(&found.list()).iter().collect::<Vec<_>>(),
                wanted,
                "{text}"
            );
        }
        for nobody in ["nobody", "a@b", "a%40b.c%20", "a@b.c&email=x", "'", "%ff"] {
            let found = api.get(&format!("/users?email={nobody}")).await.is(200);
            assert_eq!(found.text(), "[]\n", "{nobody}");
        }
        let sentence = "email must not hold the character U+0000";
        api.get("/users?email=a%00").await.refused(400, sentence);
        let sentence = "email must have at most 128 characters, not 129";
        let long = format!("/users?email={}", "x".repeat(129));
        api.get(&long).await.refused(400, sentence);
    })
    .await;
}

#[tokio::test]
async fn pages_by_email() {
    each_engine(|api| async move {
        let email = "a+b&c=\u{e9}@b.c";
        let who = json!({"email": email, "password": "pwd"});
        api.make("/users", who).await;
        copies(&api, "users", 600).await;
        let other = json!({"email": "x", "password": "pwd"});
        api.make("/users", other).await;
        let path = "/users?email=a%2Bb%26c%3D%C3%A9%40b.c";
        let whole = api.get(path).await.is(200).list();
        assert_eq!(whole.len(), 601);
        assert!(whole.iter().all(|user| user["email"] == email));
        let page = api.get(&format!("{path}&limit=2")).await.is(200);
        let (last, target) = (ids(&page.list()).pop().unwrap(), next(&page).unwrap());
        let kept = at("/users?email=a%2Bb%26c%3D%C3%A9%40b.c&limit=2&cursor=");
        assert_eq!(target, kept + last.as_str());
        let pages = walk(&api, &format!("{path}&limit=250"), &json!({})).await;
        assert_eq!(pages.concat(), whole);
    })
    .await;
}
