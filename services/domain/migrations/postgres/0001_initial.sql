-- Lengths, nulls and cascades are those of the original HBNB; sections are in the order in which rows refer to each other.
--
-- Text that is ordered by is COLLATE "C", so that ordering by name means code points on every server.
-- Each foreign key has an index that starts with it: else a cascading delete scans the table. Where a route lists by it,
-- the index goes on with the id, which is the order of every list.

-- One row. A migration that an older program cannot live with raises `oldest_program` to the oldest schema version whose
-- program still can; a program whose own version is smaller refuses to start.
CREATE TABLE hbnb_schema (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    oldest_program bigint NOT NULL,
    -- Whether a first start has put the demo in, or left a filled database as it was: it is offered once.
    demo_offered boolean NOT NULL DEFAULT false
);
INSERT INTO hbnb_schema (oldest_program) VALUES (1);

CREATE TABLE states (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name varchar(128) COLLATE "C" NOT NULL
);

CREATE TABLE cities (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name varchar(128) COLLATE "C" NOT NULL,
    state_id uuid NOT NULL REFERENCES states (id) ON DELETE CASCADE
);
CREATE INDEX cities_state ON cities (state_id, id);

CREATE TABLE amenities (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name varchar(128) COLLATE "C" NOT NULL
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    email varchar(128) NOT NULL,
    -- Argon2id in PHC form, or '!' for an account that nobody can log in to.
    password varchar(128) NOT NULL,
    first_name varchar(128),
    last_name varchar(128)
);

CREATE TABLE places (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    city_id uuid NOT NULL REFERENCES cities (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name varchar(128) COLLATE "C" NOT NULL,
    description varchar(1024),
    number_rooms integer NOT NULL DEFAULT 0,
    number_bathrooms integer NOT NULL DEFAULT 0,
    max_guest integer NOT NULL DEFAULT 0,
    price_by_night integer NOT NULL DEFAULT 0,
    latitude double precision,
    longitude double precision
);
CREATE INDEX places_city ON places (city_id, id);
CREATE INDEX places_user ON places (user_id);

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    place_id uuid NOT NULL REFERENCES places (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text varchar(1024) NOT NULL
);
CREATE INDEX reviews_place ON reviews (place_id, id);
CREATE INDEX reviews_user ON reviews (user_id);

CREATE TABLE place_amenity (
    place_id uuid NOT NULL REFERENCES places (id) ON DELETE CASCADE,
    amenity_id uuid NOT NULL REFERENCES amenities (id) ON DELETE CASCADE,
    PRIMARY KEY (place_id, amenity_id)
);
CREATE INDEX place_amenity_amenity ON place_amenity (amenity_id, place_id);
