//! The text of the search around its parameters, which is where the engines differ.
//!
//! Each place is tested by itself: at 100,000 places a `GROUP BY … HAVING` over all links took some ten times as long.

/// The words of one engine.
pub(super) struct Words {
    /// Around the states and the cities, when the cities come first and their places are sorted.
    pub(super) gather: [&'static str; 3],
    /// The same, when all places are walked in order and each is asked for its city.
    pub(super) walk: [&'static str; 3],
    /// Around the amenities.
    pub(super) has: [&'static str; 2],
    /// Whether the number of amenities follows.
    pub(super) counts: bool,
}

/// The array makes the planner look the cities up once and go by the index on them. `coalesce` hides a test from its
/// statistics, which take it for so rare that it would sort all places instead of walking them.
pub(super) const POSTGRES: Words = Words {
    gather: [
        " AND p.city_id = ANY (ARRAY(SELECT id FROM cities WHERE state_id = ANY (",
        ") UNION SELECT id FROM cities WHERE id = ANY (",
        ")))",
    ],
    walk: [
        " AND coalesce(p.city_id IN (SELECT id FROM cities WHERE state_id = ANY (",
        ") UNION SELECT id FROM cities WHERE id = ANY (",
        ")), false)",
    ],
    has: [
        " AND coalesce(ARRAY(SELECT l.amenity_id FROM place_amenity l WHERE l.place_id = p.id) @> ",
        ", false)",
    ],
    counts: false,
};

/// A plus keeps what it stands before off the index. SQLite would look up every amenity of the list for every place, and
/// a request may name tens of thousands.
pub(super) const SQLITE: Words = Words {
    gather: [
        " AND p.city_id IN (SELECT id FROM cities WHERE state_id IN (SELECT value FROM json_each(",
        ")) UNION SELECT id FROM cities WHERE id IN (SELECT value FROM json_each(",
        ")))",
    ],
    walk: [
        " AND +p.city_id IN (SELECT id FROM cities WHERE state_id IN (SELECT value FROM json_each(",
        ")) UNION SELECT id FROM cities WHERE id IN (SELECT value FROM json_each(",
        ")))",
    ],
    has: [
        " AND (SELECT count(*) FROM place_amenity l WHERE l.place_id = p.id
            AND +l.amenity_id IN (SELECT value FROM json_each(",
        "))) = ",
    ],
    counts: true,
};
