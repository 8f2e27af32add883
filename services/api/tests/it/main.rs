//! The API as its clients see it: every story runs against the whole router, on SQLite and on PostgreSQL.

#![cfg(test)]

mod harness;
mod pages;
mod reply;
mod world;

mod amenities;
mod cities;
mod objects;
mod place_amenities;
mod places;
mod reviews;
mod states;
mod status;
mod users;

mod cascades;
mod ids;
mod methods;
mod order;
mod paths;

mod cursors;
mod include_lists;
mod includes;
mod outage;
mod paging;
mod search;
mod search_model;
mod sorting;
mod streams;

mod bodies;
mod fuzz;
mod numbers;
mod values;

mod auth;
mod burst;
mod cors;

mod described;
mod docs;
mod openapi;
mod parameters;
