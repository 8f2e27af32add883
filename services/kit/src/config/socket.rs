//! Who may connect to unix sockets.

use std::fmt;
use std::fs::read_to_string;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::text::parsed;

/// The mode of a socket's file, in octal with a 0 before it: `0660`. To connect is to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketMode(pub u32);

/// Whose a socket's file is: `USER:GROUP`, `USER` or `:GROUP`, each a name or a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketOwner {
    /// None for the user that binds it.
    pub user: Option<u32>,
    /// None for the group that it would have anyway.
    pub group: Option<u32>,
}

/// Both, where they are given.
#[derive(Clone, Copy, Debug, Default)]
pub struct SocketAccess {
    /// Without it, as the umask says.
    pub mode: Option<SocketMode>,
    /// Without it, that of the process.
    pub owner: Option<SocketOwner>,
}

const USERS: &str = "/etc/passwd";
const GROUPS: &str = "/etc/group";

impl FromStr for SocketMode {
    type Err = String;

    fn from_str(text: &str) -> Result<SocketMode, String> {
        // A number of TOML comes here in decimal; the 0 tells that this is none.
        let digits = text.trim().strip_prefix('0');
        digits
            .filter(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| u32::from_str_radix(digits, 8).ok())
            .map(SocketMode)
            .ok_or_else(|| "give an octal mode from 0000 to 0777, such as \"0660\"".to_owned())
    }
}

impl FromStr for SocketOwner {
    type Err = String;

    fn from_str(text: &str) -> Result<SocketOwner, String> {
        let (user, group) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
        let id = |name: &str, kind, file| {
            let given = Some(name).filter(|name| !name.is_empty());
            given.map(|name| id(name, kind, file)).transpose()
        };
        match (id(user, "user", USERS)?, id(group, "group", GROUPS)?) {
            (None, None) => {
                Err("give USER:GROUP, USER or :GROUP, such as hbnb:www-data".to_owned())
            }
            (user, group) => Ok(SocketOwner { user, group }),
        }
    }
}

/// What a name stands for in a file of the form of passwd(5) and group(5): its third field.
fn id(name: &str, kind: &str, file: &str) -> Result<u32, String> {
    // The highest stands for none.
    let number = |text: &str| text.parse().ok().filter(|id| *id != u32::MAX);
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(name).ok_or_else(|| format!("give a smaller number for the {kind}"));
    }
    let text = read_to_string(file).unwrap_or_default();
    let mut lines = text.lines().map(|line| line.split(':'));
    let found = lines.find_map(|mut fields| (fields.next()? == name).then(|| fields.nth(1))?);
    found
        .and_then(number)
        .ok_or_else(|| format!("there is no {kind} {name} in {file}; give another, or a number"))
}

impl fmt::Display for SocketMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl<'de> Deserialize<'de> for SocketMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SocketMode, D::Error> {
        parsed(deserializer)
    }
}

impl<'de> Deserialize<'de> for SocketOwner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SocketOwner, D::Error> {
        parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{SocketMode, SocketOwner};

    #[test]
    fn modes() {
        assert_eq!("0660".parse(), Ok(SocketMode(0o660)));
        assert_eq!(SocketMode(0o60).to_string(), "0060");
        for wrong in [
            "",
            "660",
            "0o660",
            "432",
            "0668",
            "01777",
            "-0660",
            "rw-rw----",
        ] {
            let right = wrong.parse::<SocketMode>().unwrap_err();
            assert!(right.starts_with("give an octal mode"), "{wrong}: {right}");
        }
    }

    #[test]
    fn owners() {
        let owner = |text: &str| {
            let owner: SocketOwner = text.parse()?;
            Ok::<_, String>((owner.user, owner.group))
        };
        assert_eq!(owner("root:root"), Ok((Some(0), Some(0))));
        assert_eq!(owner("7"), Ok((Some(7), None)));
        assert_eq!(owner(":8"), Ok((None, Some(8))));
        assert_eq!(
            owner("nobody-here:root").unwrap_err(),
            "there is no user nobody-here in /etc/passwd; give another, or a number"
        );
        assert_eq!(
            owner("root:none-such").unwrap_err(),
            "there is no group none-such in /etc/group; give another, or a number"
        );
        for wrong in ["", ":", "4294967295", "99999999999:0"] {
            assert!(owner(wrong).unwrap_err().starts_with("give "), "{wrong}");
        }
    }
}
