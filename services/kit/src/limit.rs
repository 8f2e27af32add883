//! How many there may be of something at once.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::Notify;

/// A limit, which may change while it holds; 0 is none. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Limit(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    most: AtomicU32,
    taken: AtomicU32,
    freed: Notify,
}

/// One of those that there may be, until it is dropped.
#[derive(Debug)]
pub(crate) struct Taken(Limit);

impl From<u32> for Limit {
    fn from(most: u32) -> Limit {
        let limit = Limit::default();
        limit.set(most);
        limit
    }
}

impl Limit {
    /// Changes the limit. What there is beyond it stays until it ends.
    pub fn set(&self, most: u32) {
        self.0.most.store(most, Relaxed);
        self.0.freed.notify_waiters();
    }

    /// The limit as it is.
    pub fn get(&self) -> u32 {
        self.0.most.load(Relaxed)
    }

    /// Takes one, if there is one left.
    pub(crate) fn take(&self) -> Option<Taken> {
        let most = match self.get() {
            0 => u32::MAX,
            most => most,
        };
        let more = |taken: u32| (taken < most).then_some(taken + 1);
        let taken = self.0.taken.fetch_update(Relaxed, Relaxed, more);
        taken.ok().map(|_| Taken(self.clone()))
    }

    /// Waits for one.
    pub(crate) async fn wait(&self) -> Taken {
        loop {
            let mut freed = std::pin::pin!(self.0.freed.notified());
            // So that nothing that is freed from here on goes unheard.
            freed.as_mut().enable();
            if let Some(taken) = self.take() {
                return taken;
            }
            freed.await;
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Taken(Limit(inner)) = self;
        inner.taken.fetch_sub(1, Relaxed);
        inner.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::Limit;

    #[test]
    fn as_many_as_there_may_be() {
        let limit = Limit::from(2);
        let (first, second) = (limit.take(), limit.take());
        assert!(first.is_some() && second.is_some() && limit.take().is_none());
        drop(first);
        assert!(limit.take().is_some());
        let none: Vec<_> = (0..100).map(|_| Limit::default().take()).collect();
        assert!(none.iter().all(Option::is_some));
    }

    #[tokio::test]
    async fn who_waits_is_served() {
        let limit = Limit::from(1);
        let first = limit.wait().await;
        let other = limit.clone();
        let second = tokio::spawn(async move { other.wait().await });
        let other = limit.clone();
        let third = tokio::spawn(async move { other.wait().await });
        yield_now().await;
        assert!(!second.is_finished() && !third.is_finished());
        drop(first);
        let second = second.await.unwrap();
        yield_now().await;
        assert!(!third.is_finished());
        limit.set(2);
        let third = third.await.unwrap();
        assert!(limit.take().is_none());
        limit.set(0);
        assert!(limit.take().is_some());
        drop((second, third));
    }
}
