//! The pages as browsers see them, without a socket: the API is a router of the test's own.

#![cfg(test)]

mod harness;
mod stand_in;

mod again;
mod faults;
mod forms;
mod headers;
mod in_time;
mod listings;
mod place_forms;
mod routes;
mod site;
mod texts;
