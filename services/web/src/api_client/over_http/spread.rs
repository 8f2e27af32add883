//! Which of a host's addresses is connected to next.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec::IntoIter;

use axum::BoxError;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tokio::time::{Instant, timeout};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

/// Tells the addresses of a host.
pub(super) type Lookup = BoxCloneSyncService<Name, Vec<SocketAddr>, BoxError>;

/// What the system says.
pub(super) fn of_system() -> Lookup {
    let lookup = GaiResolver::new()
        .map_response(Iterator::collect)
        .map_err(BoxError::from);
    BoxCloneSyncService::new(lookup)
}

/// How long a lookup is waited for where addresses are known that were found a moment ago: a question that gets lost on
/// its way to a name server is asked again only after seconds.
const LOOKUP: Duration = Duration::from_millis(300);
/// How long addresses are good enough without a lookup that succeeds.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// Looks a host up for each connection, and has its addresses take turns: the one whose turn was the longest ago is
/// tried first, and before it those that are new. A lookup that is slow or fails leaves those that were found before.
#[derive(Clone)]
pub(super) struct Spread {
    lookup: Lookup,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// Those that were found last, and when.
    found: Option<(Vec<SocketAddr>, Instant)>,
    /// Those that had their turn, the latest at the end.
    turns: Vec<SocketAddr>,
}

impl Spread {
    pub(super) fn new(lookup: Lookup) -> Spread {
        let known = Arc::default();
        Spread { lookup, known }
    }
}

impl Service<Name> for Spread {
    type Response = IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<IntoIter<SocketAddr>, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.lookup.poll_ready(cx)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (lookup, known) = (self.lookup.call(name), self.known.clone());
        let remembered = known.clone();
        // On its own, so that a slow one is of use to the next connection.
        let mut lookup = tokio::spawn(async move {
            let found = lookup.await?;
            if !found.is_empty() {
                lock(&remembered).found = Some((found.clone(), Instant::now()));
            }
            Ok::<_, BoxError>(found)
        });
        Box::pin(async move {
            let soon = timeout(LOOKUP, &mut lookup).await;
            let had = lock(&known).found_lately();
            let found = match (soon, had) {
                (Ok(Ok(Ok(found))), _) if !found.is_empty() => found,
                (_, Some(had)) => had,
                (Ok(done), None) => done??,
                (Err(_), None) => lookup.await??,
            };
            Ok(ordered(found, &mut lock(&known).turns).into_iter())
        })
    }
}

impl Known {
    fn found_lately(&self) -> Option<Vec<SocketAddr>> {
        let found = self.found.as_ref();
        let lately = found.filter(|(_, when)| when.elapsed() < GOOD_FOR);
        lately.map(|(found, _)| found.clone())
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ordered(mut found: Vec<SocketAddr>, turns: &mut Vec<SocketAddr>) -> Vec<SocketAddr> {
    let Some(preferred) = found.first().map(SocketAddr::is_ipv4) else {
        return found;
    };
    // New ones in any order, so that processes which start together do not all begin at the same replica.
    fastrand::shuffle(&mut found);
    // The system knows which of IPv4 and IPv6 leads anywhere.
    found.sort_by_key(|address| {
        let turn = turns.iter().position(|had| had == address);
        (address.is_ipv4() != preferred, turn)
    });
    let next = found[0];
    turns.retain(|had| *had != next && found.contains(had));
    turns.push(next);
    found
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::ordered;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn turns_are_taken() {
        let three = addresses(&["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"]);
        let mut turns = Vec::new();
        let mut next = || ordered(three.clone(), &mut turns)[0];
        let first = [next(), next(), next()];
        assert!(three.iter().all(|address| first.contains(address)));
        assert_eq!([next(), next(), next()], first);
    }

    #[test]
    fn a_new_one_is_next() {
        let mut turns = addresses(&["10.0.0.3:80", "10.0.0.1:80", "10.0.0.2:80"]);
        let found = addresses(&["10.0.0.1:80", "10.0.0.2:80", "10.0.0.4:80"]);
        let wanted = addresses(&["10.0.0.4:80", "10.0.0.1:80", "10.0.0.2:80"]);
        assert_eq!(ordered(found, &mut turns), wanted);
        let turns_left = addresses(&["10.0.0.1:80", "10.0.0.2:80", "10.0.0.4:80"]);
        assert_eq!(turns, turns_left, "one that is gone is forgotten");
        assert!(ordered(Vec::new(), &mut turns).is_empty());
    }

    #[test]
    fn the_family_that_the_system_prefers_stays_first() {
        let found = addresses(&["[::2]:80", "10.0.0.1:80", "[::1]:80"]);
        let mut turns = addresses(&["[::1]:80"]);
        let wanted = addresses(&["[::2]:80", "[::1]:80", "10.0.0.1:80"]);
        assert_eq!(ordered(found, &mut turns), wanted);
    }
}
