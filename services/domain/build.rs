//! Has the migrations compiled in again when one is added: the compiler knows of those alone that it has read.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
