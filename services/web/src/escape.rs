//! Texts in HTML: as askama escapes them, but fast where there is nothing to escape, as there is in nearly all of them.

use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

/// Eight times the same byte.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The escaper of all templates (`askama.toml`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Escaped;

impl Escaper for Escaped {
    #[inline]
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        match is_plain(text.as_bytes()) {
            true => dest.write_str(text),
            false => Html.write_escaped_str(dest, text),
        }
    }
}

/// Whether nothing in the text means anything to HTML. The last eight bytes may overlap those before, so that no byte of
/// a longer text is looked at alone.
pub(crate) fn is_plain(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    // Nearly all texts are plain: to stop at the first that is not would cost those that are.
    let found = words.iter().fold(0, |found, word| found | special(*word));
    found == 0
        && match text.last_chunk::<8>() {
            Some(last) => special(*last) == 0,
            None => !rest.iter().any(|byte| b"\"&'<>".contains(byte)),
        }
}

/// Not zero if one of the bytes is one of `"&'<>`, of which those that differ in one bit are looked for at once.
fn special(bytes: [u8; 8]) -> u64 {
    let word = u64::from_ne_bytes(bytes);
    // The highest bit of a byte is set if the byte is 0, and of others only if one is.
    let zeros = |word: u64| word.wrapping_sub(eight(1)) & !word;
    let found = |bit: u8, byte: u8| zeros((word | eight(bit)) ^ eight(byte));
    (found(4, b'&') | found(1, b'\'') | found(2, b'>')) & eight(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes() {
        for byte in 0..=u8::MAX {
            let is_special = b"\"&'<>".contains(&byte);
            for at in 0..8 {
                let mut word = [b'x'; 8];
                word[at] = byte;
                assert_eq!(special(word) != 0, is_special, "{byte}");
            }
        }
    }

    #[test]
    fn as_askama_does() {
        for special in ["\"", "&", "'", "<", ">", "é", "🌻", ""] {
            for before in 0..40 {
                for after in [0, 1, 20] {
                    let text = format!("{}{special}{}", "x".repeat(before), "y".repeat(after));
                    let (mut ours, mut theirs) = (String::new(), String::new());
                    Escaped.write_escaped_str(&mut ours, &text).unwrap();
                    Html.write_escaped_str(&mut theirs, &text).unwrap();
                    assert_eq!(ours, theirs);
                }
            }
        }
    }
}
