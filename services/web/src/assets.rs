//! The hashed names of the files of `services/assets/static`.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));
