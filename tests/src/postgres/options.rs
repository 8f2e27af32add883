//! How the server shall be.

/// A superuser `postgres`, trust, no TLS, until told otherwise.
#[derive(Debug, Clone)]
pub struct Options {
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) settings: Vec<(String, String)>,
    pub(super) tls: Option<Tls>,
    pub(super) only_tls: bool,
}

/// A certificate chain and its key, as PEM.
#[derive(Debug, Clone)]
pub(super) struct Tls {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            user: "postgres".to_owned(),
            password: None,
            settings: Vec::new(),
            tls: None,
            only_tls: false,
        }
    }
}

impl Options {
    /// The name of the superuser.
    #[must_use]
    pub fn user(mut self, name: &str) -> Self {
        name.clone_into(&mut self.user);
        self
    }

    /// Connections over TCP must give this password (scram-sha-256).
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// A setting as in `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Offers TLS with this certificate (chain) and key, both PEM.
    #[must_use]
    pub fn tls(mut self, certificate: &str, key: &str) -> Self {
        self.tls = Some(Tls {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        });
        self
    }

    /// Refuses connections over TCP without TLS (`hostssl`).
    #[must_use]
    pub fn only_tls(mut self) -> Self {
        self.only_tls = true;
        self
    }

    pub(super) fn method(&self) -> &'static str {
        if self.password.is_some() {
            "scram-sha-256"
        } else {
            "trust"
        }
    }

    pub(super) fn credentials(&self) -> String {
        let user = percent_encoded(&self.user);
        match &self.password {
            Some(password) => format!("{user}:{}", percent_encoded(password)),
            None => user,
        }
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}
