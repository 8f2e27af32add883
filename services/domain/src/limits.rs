//! The lengths that the schema gives to texts, checked before the database sees them.

use crate::Invalid;

/// Characters of a name, an email address, a first or last name.
pub(crate) const SHORT: usize = 128;
/// Characters of a description or a review's text.
pub(crate) const LONG: usize = 1024;

/// Refuses a text of more than `most` characters, and U+0000, which PostgreSQL cannot store.
pub(crate) fn check(field: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.contains('\0') {
        return Err(Invalid {
            field,
            reason: "must not hold the character U+0000".into(),
        });
    }
    // A character has at least one byte, so that most texts need no counting.
    if text.len() > most {
        let length = text.chars().count();
        if length > most {
            return Err(Invalid {
                field,
                reason: format!("must have at most {most} characters, not {length}"),
            });
        }
    }
    Ok(())
}

/// [`check`] for a text that may be absent.
pub(crate) fn check_some(
    field: &'static str,
    text: Option<&str>,
    most: usize,
) -> Result<(), Invalid> {
    text.map_or(Ok(()), |text| check(field, text, most))
}

/// Refuses what is no number of the JSON kind: infinities and NaN.
pub(crate) fn check_finite(field: &'static str, number: Option<f64>) -> Result<(), Invalid> {
    match number {
        Some(number) if !number.is_finite() => Err(Invalid {
            field,
            reason: "must be a finite number".into(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_characters() {
        assert!(check("name", &"é".repeat(SHORT), SHORT).is_ok());
        let message = check("name", &"é".repeat(SHORT + 1), SHORT)
            .unwrap_err()
            .to_string();
        assert_eq!(message, "name must have at most 128 characters, not 129");
        assert!(check("name", "a\0b", SHORT).is_err());
    }
}
