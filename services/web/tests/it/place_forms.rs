//! The forms of a place: its amenities in the same call, and values that no form lets in.

use axum::http::{Method, StatusCode};

use crate::forms::PLACE;
use crate::harness::{get, leads_to, post, site};
use crate::stand_in::StandIn;

#[tokio::test]
async fn a_place_is_added() {
    let api = StandIn::new("x");
    let reply = post(&site(api.router()), "/cities/1/places/new", PLACE).await;
    leads_to(&reply, "/places/new");
    let [change] = api.changes().try_into().unwrap();
    assert_eq!(change.path, "/cities/1/places");
    assert_eq!(
        change.body,
        serde_json::json!({
            "name": "Loft", "description": null, "max_guest": 2, "number_rooms": 1, "number_bathrooms": 1,
            "price_by_night": 80, "latitude": null, "longitude": -1.5, "user_id": "owner",
            "amenity_ids": ["kept", "new"],
        })
    );
}

#[tokio::test]
async fn the_amenities_of_a_place_become_those_chosen() {
    let api = StandIn::new("x");
    let site = site(api.router());
    let none = PLACE.replace("&amenity_ids=kept&amenity_ids=new", "");
    for (form, wanted) in [(PLACE, vec!["kept", "new"]), (&none, vec![])] {
        leads_to(&post(&site, "/places/1/edit", form).await, "/places/1");
        let change = api.changes().pop().unwrap();
        assert_eq!(
            (change.method, change.path.as_str()),
            (Method::PUT, "/places/1")
        );
        assert_eq!(change.body["amenity_ids"], serde_json::json!(wanted));
    }
    assert_eq!(api.changes().len(), 2);
}

/// One of them has been removed meanwhile: nothing is done, and what else was entered is kept.
#[tokio::test]
async fn an_amenity_that_is_gone() {
    let api = StandIn {
        refusal: Some("amenity_ids must be ids of amenities that are there"),
        ..StandIn::new("x")
    };
    for path in ["/cities/1/places/new", "/places/1/edit"] {
        let reply = post(&site(api.router()), path, PLACE).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        for part in [
            "id=\"amenity_ids-wrong\">It must be ids of amenities that are there.",
            "value=\"Loft\"",
        ] {
            assert!(reply.text.contains(part), "{part} is not in {}", reply.text);
        }
    }
}

/// What came by an import may be what no form lets in; it stays until somebody changes it.
#[tokio::test]
async fn odd_values_of_a_place_keep_nobody_from_changing_the_rest() {
    let odd = serde_json::json!({
        "name": " ", "max_guest": -4, "price_by_night": -100, "latitude": 90.5, "longitude": -180.25,
    });
    let api = StandIn {
        place: odd.clone(),
        ..StandIn::new("x")
    };
    let site = site(api.router());
    let form = get(&site, "/places/1/edit").await.text;
    for part in [
        "name=\"name\" value=\" \" dir=\"auto\" autocomplete",
        "name=\"max_guest\" value=\"-4\" min=\"-4\"",
        "name=\"number_rooms\" value=\"1\" min=\"0\"",
        "name=\"latitude\" value=\"90.5\" min=\"-90\" max=\"90.5\"",
        "name=\"longitude\" value=\"-180.25\" min=\"-180.25\" max=\"180\"",
    ] {
        assert!(form.contains(part), "{part} is not in {form}");
    }
    let sent = "name=+&description=New&max_guest=-4&number_rooms=1&number_bathrooms=2&price_by_night=-100\
                &latitude=90.5&longitude=-180.25";
    leads_to(&post(&site, "/places/1/edit", sent).await, "/places/1");
    let change = api.changes().pop().unwrap().body;
    assert_eq!(change["description"], "New");
    for (name, value) in odd.as_object().unwrap() {
        assert_eq!(&change[name], value, "{name}");
    }
    for (good, wrong, field) in [
        ("max_guest=-4", "max_guest=-3", "max_guest"),
        ("latitude=90.5", "latitude=90.25", "latitude"),
        ("name=+&", "name=++&", "name"),
    ] {
        let reply = post(&site, "/places/1/edit", &sent.replace(good, wrong)).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        let mark = format!("id=\"{field}-wrong\"");
        assert!(
            reply.text.contains(&mark),
            "{mark} is not in {}",
            reply.text
        );
    }
}
