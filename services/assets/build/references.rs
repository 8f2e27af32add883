//! Finds what scripts and style sheets refer to by a relative name.

use std::ops::Range;

/// Where the relative names stand in a file, in their order. Scripts: the literal after `from`, `import` and `import(`.
/// Style sheets: what is in `url(…)` and after `@import`. A relative name begins with `./` or `../`; a query or a fragment
/// is no part of it. Lines that begin as a comment are passed over.
pub(crate) fn find(path: &str, text: &str) -> Vec<Range<usize>> {
    let is_reference: fn(&str) -> bool = match path.rsplit_once('.') {
        Some((_, "js")) => in_script,
        Some((_, "css")) => in_style_sheet,
        _ => return Vec::new(),
    };
    let candidates = text.match_indices("./").map(|(at, _)| {
        let is_above = text[..at].ends_with('.');
        at - usize::from(is_above)
    });
    candidates
        .filter(|start| !in_comment(&text[..*start]) && is_reference(&text[..*start]))
        .map(|start| start..start + length(&text[start..]))
        .collect()
}

/// The path that a relative name means in the file at `path`; none if it leads out of the folder.
pub(crate) fn resolve(path: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn in_script(before: &str) -> bool {
    let Some(before) = before.strip_suffix(['"', '\'']) else {
        return false;
    };
    let before = before.trim_end();
    let called = before.strip_suffix('(').map(str::trim_end);
    ends_with_word(before, "from") || ends_with_word(called.unwrap_or(before), "import")
}

fn in_style_sheet(before: &str) -> bool {
    let bare = before.strip_suffix(['"', '\'']);
    let is_import = bare.is_some_and(|before| before.trim_end().ends_with("@import"));
    is_import || bare.unwrap_or(before).trim_end().ends_with("url(")
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let Some(before) = text.strip_suffix(word) else {
        return false;
    };
    !before.ends_with(|c: char| c.is_alphanumeric() || "_$.".contains(c))
}

fn in_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or(before).trim_start();
    ["//", "/*", "*"].iter().any(|mark| line.starts_with(mark))
}

fn length(text: &str) -> usize {
    text.find(|c: char| "\"')?#".contains(c) || c.is_whitespace())
        .unwrap_or(text.len())
}
