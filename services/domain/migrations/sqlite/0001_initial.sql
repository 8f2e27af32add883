-- The same schema as in ../postgres/0001_initial.sql, whose comments hold here too.
--
-- Ids are text, so that a look with the sqlite3 shell shows what the API shows. Times are whole microseconds since 1970
-- in UTC. SQLite orders text by bytes, which for UTF-8 is the order of code points.

CREATE TABLE hbnb_schema (
    only_row INTEGER PRIMARY KEY DEFAULT 1 CHECK (only_row = 1),
    oldest_program INTEGER NOT NULL,
    demo_offered INTEGER NOT NULL DEFAULT FALSE
) STRICT;
INSERT INTO hbnb_schema (oldest_program) VALUES (1);

CREATE TABLE states (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (length(name) <= 128)
) STRICT;

CREATE TABLE cities (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (length(name) <= 128),
    state_id TEXT NOT NULL REFERENCES states (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX cities_state ON cities (state_id, id);

CREATE TABLE amenities (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (length(name) <= 128)
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    email TEXT NOT NULL CHECK (length(email) <= 128),
    password TEXT NOT NULL CHECK (length(password) <= 128),
    first_name TEXT CHECK (length(first_name) <= 128),
    last_name TEXT CHECK (length(last_name) <= 128)
) STRICT;

CREATE TABLE places (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    city_id TEXT NOT NULL REFERENCES cities (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) <= 128),
    description TEXT CHECK (length(description) <= 1024),
    number_rooms INTEGER NOT NULL DEFAULT 0,
    number_bathrooms INTEGER NOT NULL DEFAULT 0,
    max_guest INTEGER NOT NULL DEFAULT 0,
    price_by_night INTEGER NOT NULL DEFAULT 0,
    latitude REAL,
    longitude REAL
) STRICT;
CREATE INDEX places_city ON places (city_id, id);
CREATE INDEX places_user ON places (user_id);

CREATE TABLE reviews (
    id TEXT PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    place_id TEXT NOT NULL REFERENCES places (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text TEXT NOT NULL CHECK (length(text) <= 1024)
) STRICT;
CREATE INDEX reviews_place ON reviews (place_id, id);
CREATE INDEX reviews_user ON reviews (user_id);

CREATE TABLE place_amenity (
    place_id TEXT NOT NULL REFERENCES places (id) ON DELETE CASCADE,
    amenity_id TEXT NOT NULL REFERENCES amenities (id) ON DELETE CASCADE,
    PRIMARY KEY (place_id, amenity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_amenity_amenity ON place_amenity (amenity_id, place_id);
