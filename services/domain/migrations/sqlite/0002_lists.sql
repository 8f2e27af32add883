-- The same indexes as in ../postgres/0002_lists.sql, whose comments hold here too.

CREATE INDEX states_name ON states (name, id);
CREATE INDEX cities_state_name ON cities (state_id, name, id);
CREATE INDEX amenities_name ON amenities (name, id);
CREATE INDEX users_email ON users (email, id);

CREATE INDEX places_name ON places (name, id);
CREATE INDEX places_city_name ON places (city_id, name, id);
CREATE INDEX places_user_name ON places (user_id, name, id);
DROP INDEX places_user;
CREATE INDEX places_user ON places (user_id, id);

CREATE INDEX reviews_place_newest ON reviews (place_id, created_at DESC, id);
