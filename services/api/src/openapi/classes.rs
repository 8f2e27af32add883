//! The six classes.

use crate::openapi::class::Class;
use crate::openapi::extra::Extra;
use crate::openapi::member::Member;

pub(super) const ALL: [&Class; 6] = [&STATE, &CITY, &AMENITY, &USER, &PLACE, &REVIEW];

/// By id or by name.
const NAMED: &[&str] = &["id", "name"];
const BY_NAME: &str = "The order: by id, or by name and then id.";
/// Characters of a name, as the database checks them.
const SHORT: usize = 128;
/// Characters of a description or a review.
const LONG: usize = 1024;

pub(super) static STATE: Class = Class {
    name: "State",
    plural: "States",
    about: "A state; its cities go with it.",
    deletion: "Its cities, their places, and those places' reviews and amenity links go too.",
    members: &[Member::text("name", SHORT, "Oregon", "Two states may have one name.").required()],
    sorts: NAMED,
    sorted: BY_NAME,
    extras: &[Extra::many("cities", "City", "Its cities, by name.")],
    filter: None,
};

pub(super) static CITY: Class = Class {
    name: "City",
    plural: "Cities",
    about: "A city of a state; its places go with it.",
    deletion: "Its places and their reviews and amenity links go too.",
    members: &[
        Member::text("name", SHORT, "Portland", "Two cities may have one name.").required(),
        Member::id(
            "state_id",
            "2b9a4627-8a9e-4f32-a752-9a84fa7f4efd",
            "The state it is in.",
        )
        .in_path(),
    ],
    sorts: NAMED,
    sorted: BY_NAME,
    extras: &[Extra::one("state", "State", "The state it is in.")],
    filter: None,
};

pub(super) static AMENITY: Class = Class {
    name: "Amenity",
    plural: "Amenities",
    about: "Something that places may offer.",
    deletion: "Its links to places go too; the places stay.",
    members: &[Member::text("name", SHORT, "Wifi", "Two amenities may have one name.").required()],
    sorts: NAMED,
    sorted: BY_NAME,
    extras: &[],
    filter: None,
};

pub(super) static USER: Class = Class {
    name: "User",
    plural: "Users",
    about: "Who owns places and writes reviews; both go with the user.",
    deletion: "The user's places, and the user's reviews anywhere, go too.",
    members: &[
        Member::text(
            "email",
            SHORT,
            "ada@example.org",
            "Any text; two users may have one.",
        )
        .required()
        .fixed(),
        Member::password("password", "correct horse", "Only a hash of it is kept.").required(),
        Member::text("first_name", SHORT, "Ada", "The first name.").nullable(),
        Member::text("last_name", SHORT, "Lovelace", "The last name.").nullable(),
    ],
    sorts: &["id"],
    sorted: "The order: by id.",
    extras: &[],
    filter: Some("email"),
};

pub(super) static PLACE: Class = Class {
    name: "Place",
    plural: "Places",
    about: "A place to rent in a city; its reviews and amenity links go with it.",
    deletion: "Its reviews and amenity links go too.",
    members: &[
        Member::id(
            "city_id",
            "45903748-fa39-4cd0-8a0b-c62bfe471702",
            "The city it is in.",
        )
        .in_path(),
        Member::id(
            "user_id",
            "32c11d3d-99a1-4406-ab41-7b6ccb7dd760",
            "The owner.",
        )
        .required()
        .fixed(),
        Member::text("name", SHORT, "Loft at the river", "What it is called.").required(),
        Member::text(
            "description",
            LONG,
            "Quiet and bright.<BR />No pets.",
            "May hold harmless markup.",
        )
        .nullable(),
        Member::whole("number_rooms", 3, "Bedrooms."),
        Member::whole("number_bathrooms", 1, "Bathrooms."),
        Member::whole("max_guest", 4, "How many may stay."),
        Member::whole(
            "price_by_night",
            120,
            "In the currency of the site, whole units.",
        ),
        Member::number("latitude", 45.5152, "Degrees.").nullable(),
        Member::number("longitude", -122.6784, "Degrees.").nullable(),
        Member::ids(
            "amenity_ids",
            "All amenities that it has from then on; those that it has stay when this is not there.",
        ),
    ],
    sorts: NAMED,
    sorted: BY_NAME,
    extras: &[
        Extra::many("amenities", "Amenity", "What it offers, by name."),
        Extra::one("city", "City", "The city it is in."),
        Extra::count("review_count", "How many reviews it has."),
        Extra::one("state", "State", "The state that its city is in."),
        Extra::one("user", "User", "The owner."),
    ],
    filter: None,
};

pub(super) static REVIEW: Class = Class {
    name: "Review",
    plural: "Reviews",
    about: "What a user says of a place.",
    deletion: "Nothing else goes.",
    members: &[
        Member::id(
            "place_id",
            "279b355e-ff9a-4b85-8114-6db7ad2a4cd2",
            "The place.",
        )
        .in_path(),
        Member::id(
            "user_id",
            "32c11d3d-99a1-4406-ab41-7b6ccb7dd760",
            "Who wrote it.",
        )
        .required()
        .fixed(),
        Member::text("text", LONG, "We would come again.", "What is said.").required(),
    ],
    sorts: &["id", "newest"],
    sorted: "The order: by id, or the newest first and then by id.",
    extras: &[
        Extra::one("place", "Place", "The place."),
        Extra::one("user", "User", "Who wrote it."),
    ],
    filter: None,
};
