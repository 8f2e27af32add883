//! Answering on listeners of a runtime that has nothing else to serve.

use axum::Router;

use super::accept::Group;
use super::bind::Listeners;
use super::clock::Clocks;
use super::place::Places;
use crate::limit::Limit;

/// Answers until this is dropped.
pub struct Attended(Group);

/// Answers on the listeners as tasks of the runtime in which this is called. `name` is the label of its connections in the
/// metrics.
pub fn attend(name: &'static str, listeners: Listeners, router: Router) -> Attended {
    let places = Places::new(name, Limit::default());
    Attended(Group::start(listeners, router, Clocks::default(), &places))
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.0.cut_off();
    }
}
