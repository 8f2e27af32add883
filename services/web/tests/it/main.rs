//! The pages as browsers see them, without a socket: the API is a router of the test's own.

#![cfg(test)]

mod harness;
mod stand_in;

mod faults;
mod forms;
mod listings;
mod place_forms;
mod site;
mod texts;
