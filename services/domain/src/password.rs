//! Password hashes.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::available_parallelism;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, Ident, Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::{Error, Result};

/// The mark of an account that nobody can log in to: no hash has this text.
pub(crate) const NO_LOGIN: &str = "!";

/// Each hash takes 19 MiB and tens of milliseconds of a core. Half of the cores may hash at once, so that a burst of new
/// users takes neither the memory nor the processor from those who read.
static HASHERS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new((available_parallelism().map_or(1, usize::from) / 2).max(1)));

/// What has been hashed in, for the next: the system's allocator would keep as much for each thread that has ever hashed.
/// There are never more than may hash at once.
static MEMORY: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// The Argon2id hash of a password in PHC form, with a random salt: 19 MiB, 2 passes, 1 lane, the first choice of the
/// OWASP Password Storage Cheat Sheet.
pub(crate) async fn hash(password: String) -> Result<String> {
    let permit = HASHERS
        .acquire()
        .await
        .map_err(|e| Error::Password(e.to_string()))?;
    spawn_blocking(move || {
        // Held here and not by the caller, who may go away while the hash goes on.
        let _permit = permit;
        let hash = hash_with(password.as_bytes(), &SaltString::generate(&mut OsRng));
        hash.map_err(|e| Error::Password(e.to_string()))
    })
    .await
    .map_err(|e| Error::Password(e.to_string()))?
}

fn hash_with(password: &[u8], salt: &SaltString) -> password_hash::Result<String> {
    let (version, params) = (Version::V0x13, Params::default());
    let kept = || MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let found = kept().pop();
    let mut memory = found.unwrap_or_else(|| vec![Block::default(); params.block_count()]);
    let mut bytes = [0; Salt::MAX_LENGTH];
    let salted = salt.decode_b64(&mut bytes)?;
    let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, version, params.clone());
    argon2.hash_password_into_with_memory(password, salted, &mut hash, &mut memory)?;
    kept().push(memory);
    let told = PasswordHash {
        algorithm: Ident::from(Algorithm::Argon2id),
        version: Some(version.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&hash)?),
    };
    Ok(told.to_string())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    #[tokio::test]
    async fn a_hash_is_salted_argon2id_and_verifies() {
        let first = hash("s3cret".into()).await.unwrap();
        let second = hash("s3cret".into()).await.unwrap();
        assert!(
            first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{first}"
        );
        assert_ne!(first, second);
        assert!(first.len() <= crate::limits::SHORT);
        let verify = |text: &str| {
            Argon2::default()
                .verify_password(text.as_bytes(), &PasswordHash::new(&first).unwrap())
                .is_ok()
        };
        assert!(verify("s3cret"));
        assert!(!verify("S3cret"));
        assert!(PasswordHash::new(NO_LOGIN).is_err());
    }
}
