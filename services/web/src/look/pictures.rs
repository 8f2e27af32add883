//! Pictures of the site as they stand in a page: references into two files that hold most of them.

macro_rules! icon {
    ($name:literal) => {
        concat!(
            r#"<svg class="icon" aria-hidden="true"><use href=""#,
            env!("ICONS"),
            "#",
            $name,
            r#""/></svg>"#
        )
    };
}

/// A landscape in each of the style sheet's eight colours.
macro_rules! scene {
    ($number:literal) => {
        scene!($number, 0, 1, 2, 3, 4, 5, 6, 7)
    };
    ($number:literal, $($tone:literal),*) => {
        [$(concat!(
            r#"<svg class="art tone-"#,
            $tone,
            r#"" aria-hidden="true"><use href=""#,
            env!("SCENES"),
            "#scene-",
            $number,
            r#""/></svg>"#
        )),*]
    };
}

pub(crate) const CHECK: &str = icon!("check");
pub(crate) const DOWN: &str = icon!("down");
pub(crate) const PIN: &str = icon!("pin");
pub(crate) const SEARCH: &str = icon!("search");

/// Landscapes, for what has no picture of its own.
pub(crate) const SCENES: [[&str; 8]; 6] = [
    scene!(0),
    scene!(1),
    scene!(2),
    scene!(3),
    scene!(4),
    scene!(5),
];
