//! Which of a host's addresses is connected to next.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::vec::IntoIter;

use axum::BoxError;
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
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

/// Looks a host up for each connection, and has its addresses take turns: the one whose turn was the longest ago is
/// tried first, and before it those that are new.
#[derive(Clone)]
pub(super) struct Spread {
    lookup: Lookup,
    /// Those that had their turn, the latest at the end.
    turns: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Spread {
    pub(super) fn new(lookup: Lookup) -> Spread {
        let turns = Arc::default();
        Spread { lookup, turns }
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
        let (found, turns) = (self.lookup.call(name), self.turns.clone());
        Box::pin(async move {
            let found = found.await?;
            let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(ordered(found, &mut turns).into_iter())
        })
    }
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
