-- Lists by name, reviews by their time, a user's places, users by their e-mail: each index has the rows in the order of
-- one list, so that a page is read off it and nothing is sorted.
--
-- Programs of schema 1 run on this: `oldest_program` stays what it is.

CREATE INDEX states_name ON states (name, id);
CREATE INDEX cities_state_name ON cities (state_id, name, id);
CREATE INDEX amenities_name ON amenities (name, id);
CREATE INDEX users_email ON users (email, id);

CREATE INDEX places_name ON places (name, id);
CREATE INDEX places_city_name ON places (city_id, name, id);
CREATE INDEX places_user_name ON places (user_id, name, id);
-- It had no id; a user's places are a list now.
DROP INDEX places_user;
CREATE INDEX places_user ON places (user_id, id);

CREATE INDEX reviews_place_newest ON reviews (place_id, created_at DESC, id);
