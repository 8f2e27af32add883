//! The kit from the outside: options as an operator gives them, servers as a client meets them.

#![cfg(test)]

mod bodies;
mod bytes;
mod check;
mod config;
mod config_empty;
mod deadlines;
mod drain;
mod layers;
mod limits;
mod listeners;
mod manners;
mod player;
mod proxies;
mod refusals;
mod server;
mod signals;
mod strict;
