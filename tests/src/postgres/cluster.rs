//! Making the data directory.

use super::Postgres;
use super::tools::finish;
use anyhow::Result;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

impl Postgres {
    pub(super) fn make_cluster(&self) -> Result<()> {
        self.own(self.directory())?;
        // C.UTF-8 is not on every system; C is, and orders the same.
        self.initdb("C.UTF-8").or_else(|_| self.initdb("C"))?;
        fs::write(self.data().join("pg_hba.conf"), self.access())?;
        if let Some(tls) = &self.options.tls {
            self.write_secret(&self.data().join("server.crt"), &tls.certificate)?;
            self.write_secret(&self.data().join("server.key"), &tls.key)?;
        }
        Ok(())
    }

    pub(super) fn data(&self) -> PathBuf {
        self.directory().join("data")
    }

    fn initdb(&self, locale: &str) -> Result<()> {
        let mut command = self.tools.command("initdb", self.account.as_ref());
        command
            .current_dir(self.directory())
            .args(["--encoding=UTF8", "--no-sync", "--auth-local=trust"])
            .arg(format!("--locale={locale}"))
            .arg(format!("--auth-host={}", self.options.method()))
            .arg(format!("--username={}", self.options.user))
            .arg("--pgdata")
            .arg(self.data());
        if let Some(password) = &self.options.password {
            let file = self.directory().join("password");
            self.write_secret(&file, password)?;
            command.arg("--pwfile").arg(file);
        }
        finish(command).map(drop)
    }

    /// The socket stands in a directory that only we can enter, so there it may trust.
    fn access(&self) -> String {
        let kind = if self.options.only_tls {
            "hostssl"
        } else {
            "host"
        };
        let method = self.options.method();
        format!("local all all trust\n{kind} all all 127.0.0.1/32 {method}\n")
    }

    /// Readable by the server's account only, without which it refuses a key.
    fn write_secret(&self, path: &Path, text: &str) -> Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        self.own(path)
    }
}
