//! One option: its names, its default, its help and the check of its value.

use std::fmt::Display;
use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

use clap::Arg;

/// An option of a program.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// The key in the file, in lower case with underscores; flag and variable are made from it.
    pub key: &'static str,
    /// The value when no layer gives one; empty for none.
    pub default: &'static str,
    /// What stands for the value in the help, such as `URL`.
    pub value: &'static str,
    /// One line for the help.
    pub help: &'static str,
    /// Whether the value is never shown, and may come from the file that `HBNB_X_FILE` names.
    pub secret: bool,
    /// What of a secret may be shown; nothing without it.
    pub shown: Option<fn(&str) -> String>,
    /// Another flag that stands for it, without its dashes, in a command that has such an argument.
    pub also: Option<&'static str>,
    /// Says what would be right when a value is wrong; it must not repeat the value of a secret.
    pub check: fn(&str) -> Result<(), String>,
}

impl Opt {
    /// An option that is not secret.
    pub const fn new(
        key: &'static str,
        default: &'static str,
        value: &'static str,
        help: &'static str,
        check: fn(&str) -> Result<(), String>,
    ) -> Opt {
        Opt {
            key,
            default,
            value,
            help,
            secret: false,
            shown: None,
            also: None,
            check,
        }
    }

    /// The same option, its value masked wherever it would be shown.
    pub const fn secret(self) -> Opt {
        Opt {
            secret: true,
            ..self
        }
    }

    /// The same secret option, of whose value this may be shown.
    pub const fn shown_by(self, shown: fn(&str) -> String) -> Opt {
        Opt {
            shown: Some(shown),
            ..self
        }
    }

    /// The same option, for which this flag stands too.
    pub const fn also(self, flag: &'static str) -> Opt {
        Opt {
            also: Some(flag),
            ..self
        }
    }

    /// The same option with another default.
    pub const fn with_default(self, default: &'static str) -> Opt {
        Opt { default, ..self }
    }

    /// The environment variable, such as `HBNB_DRAIN_DELAY`.
    pub fn variable(&self) -> String {
        variable(self.key)
    }

    /// The flag without its dashes, such as `drain-delay`.
    pub fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    fn is_boolean(&self) -> bool {
        matches!(self.default, "true" | "false")
    }

    fn help_text(&self) -> String {
        let variable = self.variable();
        let file = if self.secret {
            format!(" or {variable}_FILE")
        } else {
            String::new()
        };
        match self.default {
            "" => format!("{} [{variable}{file}]", self.help),
            default => format!("{} [{variable}{file}, default {default}]", self.help),
        }
    }
}

/// The environment variable of the option with this key.
pub(super) fn variable(key: &str) -> String {
    format!("HBNB_{}", key.to_ascii_uppercase())
}

/// A check for [`Opt::new`]: the value is right if `T` can be read from it.
pub fn parses<T>(text: &str) -> Result<(), String>
where
    T: FromStr<Err: Display>,
{
    text.parse::<T>()
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A check for numbers without a fraction, of a type that holds the greatest.
pub fn whole<T: FromStr<Err = ParseIntError>>(text: &str) -> Result<(), String> {
    text.parse::<T>().map(drop).map_err(|error| {
        let right = match error.kind() {
            IntErrorKind::PosOverflow => "that is too great: give a number such as 1000",
            _ => "give a whole number such as 1000",
        };
        right.to_owned()
    })
}

/// A check for what is so or not.
pub fn boolean(text: &str) -> Result<(), String> {
    match text.parse::<bool>() {
        Ok(_) => Ok(()),
        Err(_) => Err("give true or false".to_owned()),
    }
}

/// The clap arguments of these options, one `--long` each. A boolean option may stand without a value, which means `true`.
pub fn flags(options: &[Opt]) -> Vec<Arg> {
    options.iter().map(flag).collect()
}

fn flag(option: &Opt) -> Arg {
    let arg = Arg::new(option.key)
        .long(option.flag())
        .value_name(option.value)
        .help(option.help_text());
    if option.is_boolean() {
        arg.num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
    } else {
        arg.num_args(1)
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::{Opt, boolean, flags, parses};

    const OPTIONS: &[Opt] = &[
        Opt::new("drain_delay", "5s", "TIME", "How long", parses::<String>),
        Opt::new("demo", "false", "BOOL", "Fill it", boolean),
        Opt::new("api_token", "", "TOKEN", "Who may write", parses::<String>).secret(),
    ];

    #[test]
    fn help_names_variable_and_default() {
        let help = Command::new("x")
            .args(flags(OPTIONS))
            .render_help()
            .to_string();
        assert!(help.contains("--drain-delay <TIME>"), "{help}");
        assert!(help.contains("[HBNB_DRAIN_DELAY, default 5s]"), "{help}");
        assert!(
            help.contains("[HBNB_API_TOKEN or HBNB_API_TOKEN_FILE]"),
            "{help}"
        );
    }

    #[test]
    fn boolean_stands_alone() {
        for (arguments, wanted) in [
            (vec!["x", "--demo"], "true"),
            (vec!["x", "--demo=false"], "false"),
        ] {
            let matches = Command::new("x")
                .args(flags(OPTIONS))
                .get_matches_from(arguments);
            assert_eq!(
                matches.get_one::<String>("demo").map(String::as_str),
                Some(wanted)
            );
        }
    }
}
