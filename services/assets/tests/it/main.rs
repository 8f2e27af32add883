//! The assets as browsers see them: every story runs against the whole router.

#![cfg(test)]

mod harness;
mod helper;
mod tree;

mod codings;
mod conditions;
mod folder;
mod hashed;
mod names;
mod paths;
mod ranges;
mod references;
mod scripts;
mod types;
