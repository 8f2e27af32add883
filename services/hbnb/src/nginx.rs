//! nginx in front of `hbnb serve` on one host: its file for the options in effect, and what is wrong with another one.

mod check;
mod effect;
mod finding;
mod include;
mod print;
mod syntax;
mod units;

pub(crate) use check::check;
pub(crate) use effect::Effect;
pub(crate) use print::{Front, Writes, site};
