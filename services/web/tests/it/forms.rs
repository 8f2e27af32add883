//! Reviews and places are added, changed and removed by forms.

use axum::http::{Method, StatusCode};

use crate::harness::{get, leads_to, post, post_from, site};
use crate::stand_in::StandIn;

const REVIEW: &str = "text=Great+stay%21%0D%0AAgain%21&email=bob%40hbnb.example";
pub(crate) const PLACE: &str = "name=Loft&description=&max_guest=2&number_rooms=1&number_bathrooms=1&price_by_night=80\
                     &latitude=&longitude=-1.5&amenity_ids=kept&amenity_ids=new&email=bob%40hbnb.example";

#[tokio::test]
async fn a_review_is_added() {
    let api = StandIn::new("x");
    let reply = post(&site(api.router()), "/places/1/reviews/new", REVIEW).await;
    leads_to(&reply, "/places/1#reviews");
    let asked = api.asked();
    assert!(
        asked
            .iter()
            .any(|asked| asked.path == "/users?email=bob%40hbnb.example&limit=1"),
        "{asked:?}"
    );
    let [review] = api.changes().try_into().unwrap();
    assert_eq!(
        (review.method, review.path.as_str()),
        (Method::POST, "/places/1/reviews")
    );
    assert_eq!(
        review.body,
        serde_json::json!({ "user_id": "owner", "text": "Great stay!\nAgain!" })
    );
    assert_eq!(review.authorization, None);
}

#[tokio::test]
async fn somebody_unknown_becomes_a_user_that_nobody_can_be() {
    let api = StandIn {
        unknown: true,
        ..StandIn::new("x")
    };
    let site = site(api.router());
    for _ in 0..2 {
        let reply = post(&site, "/places/1/reviews/new", REVIEW).await;
        leads_to(&reply, "/places/1#reviews");
    }
    let changes = api.changes();
    let users: Vec<_> = changes
        .iter()
        .filter(|asked| asked.path == "/users")
        .collect();
    let password = |nth: usize| users[nth].body["password"].as_str().unwrap();
    assert_eq!(users[0].body["email"], "bob@hbnb.example");
    assert!(password(0).len() > 64 && password(0) != password(1));
}

#[tokio::test]
async fn what_is_missing_is_told_beside_it_and_the_rest_is_kept() {
    let api = StandIn::new("x");
    let site = site(api.router());
    let reply = post(&site, "/places/1/reviews/new", "text=+&email=b%3Cob").await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.header("cache-control"), "no-store");
    for part in [
        "<title>Please correct: Write a review",
        "role=\"alert\"",
        "aria-invalid=\"true\" aria-describedby=\"text-wrong\"",
        "id=\"text-wrong\">Please write something",
        "id=\"email-wrong\">Please give an e-mail",
        "value=\"b&#60;ob\"",
    ] {
        assert!(reply.text.contains(part), "{part} is not in {}", reply.text);
    }
    let form = PLACE
        .replace("max_guest=2", "max_guest=two")
        .replace("-1.5", "181");
    let reply = post(&site, "/cities/1/places/new", &form).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "value=\"two\"",
        "id=\"max_guest-wrong\"",
        "id=\"longitude-wrong\">Please give degrees from -180 to 180.",
        "value=\"Loft\"",
    ] {
        assert!(reply.text.contains(part), "{part} is not in {}", reply.text);
    }
    assert!(api.changes().is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_api_is_told_beside_its_field() {
    let api = StandIn {
        refusal: Some("text must have at most 1024 characters, not 1025"),
        ..StandIn::new("x")
    };
    for path in ["/places/1/reviews/new", "/reviews/1/edit"] {
        let reply = post(&site(api.router()), path, REVIEW).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let told = "id=\"text-wrong\">It must have at most 1024 characters, not 1025.";
        assert!(reply.text.contains(told), "{}", reply.text);
        assert!(
            reply.text.contains("Great stay!\nAgain!</textarea>"),
            "{}",
            reply.text
        );
    }
}

#[tokio::test]
async fn a_token_is_asked_for_and_passed_on() {
    for (path, form) in [
        ("/places/1/reviews/new", REVIEW),
        ("/reviews/1/edit", REVIEW),
        ("/reviews/1/delete", ""),
        ("/cities/1/places/new", PLACE),
        ("/places/1/edit", PLACE),
        ("/places/1/delete", ""),
    ] {
        let api = StandIn {
            token: Some("the secret"),
            unknown: true,
            ..StandIn::new("x")
        };
        let site = site(api.router());
        assert!(
            !get(&site, path).await.text.contains("name=\"token\""),
            "{path}"
        );
        let reply = post(&site, path, form).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
        assert!(reply.text.contains("name=\"token\""), "{path}");
        let reply = post(&site, path, &format!("{form}&token=a+guess")).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(!reply.text.contains("a guess"), "{path}");
        let before = api.changes().len();
        let reply = post(&site, path, &format!("{form}&token=the+secret")).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{path}");
        let changes = &api.changes()[before..];
        let token = Some("Bearer the secret");
        assert!(
            changes
                .iter()
                .all(|asked| asked.authorization.as_deref() == token),
            "{path}"
        );
        assert!(!changes.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_review_is_changed() {
    let api = StandIn::new("x");
    let reply = post(&site(api.router()), "/reviews/1/edit", "text=Better").await;
    leads_to(&reply, "/places/place#reviews");
    let [change] = api.changes().try_into().unwrap();
    assert_eq!(
        (change.method, change.path.as_str()),
        (Method::PUT, "/reviews/1")
    );
    assert_eq!(change.body, serde_json::json!({ "text": "Better" }));
}

#[tokio::test]
async fn what_is_deleted_is_asked_about_first() {
    for (path, object, location) in [
        ("/places/1/delete", "/places/1", "/cities/city"),
        ("/reviews/1/delete", "/reviews/1", "/places/place#reviews"),
    ] {
        let api = StandIn::new("x");
        let site = site(api.router());
        let question = get(&site, path).await;
        assert!(
            question
                .text
                .contains("<form class=\"form\" method=\"post\">"),
            "{path}"
        );
        assert!(api.changes().is_empty(), "{path}");
        leads_to(&post(&site, path, "").await, location);
        let [change] = api.changes().try_into().unwrap();
        assert_eq!(
            (change.method, change.path.as_str()),
            (Method::DELETE, object)
        );
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    for (header, wanted) in [
        (("origin", "http://evil.example"), StatusCode::FORBIDDEN),
        (("origin", "null"), StatusCode::FORBIDDEN),
        (("sec-fetch-site", "cross-site"), StatusCode::FORBIDDEN),
        (("origin", "http://hbnb.example"), StatusCode::SEE_OTHER),
        (("sec-fetch-site", "same-origin"), StatusCode::SEE_OTHER),
    ] {
        for path in [
            "/places/1/reviews/new",
            "/reviews/1/delete",
            "/places/1/delete",
        ] {
            let api = StandIn::new("x");
            let reply = post_from(&site(api.router()), path, REVIEW, &[header]).await;
            assert_eq!(reply.status, wanted, "{path} {header:?}");
            let is_changed = !api.changes().is_empty();
            assert_eq!(
                is_changed,
                wanted == StatusCode::SEE_OTHER,
                "{path} {header:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_longer_than_any_form_is_refused() {
    let api = StandIn::new("x");
    let form = format!("text={}", "x".repeat(3 << 20));
    let reply = post(&site(api.router()), "/places/1/reviews/new", &form).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(api.asked().is_empty(), "{:?}", api.asked().len());
}

#[tokio::test]
async fn unknown_objects() {
    for path in [
        "/places/nope/reviews/new",
        "/reviews/nope/delete",
        "/cities/nope/places/new",
    ] {
        let reply = post(&site(StandIn::new("x").router()), path, REVIEW).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
}
