//! The pages as people have them, in a real Chromium.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod browser {
    mod accessible;
    mod budget;
    mod forms;
    mod guest;
    mod hostile;
    mod keyboard;
    mod legacy;
    mod media;
    mod pages;
    mod site;
    mod sizes;
    mod valid;
    mod watch;
}
