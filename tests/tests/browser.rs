//! The pages as people have them, in a real Chromium.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod browser {
    mod legacy;
    mod site;
    mod watch;
}
