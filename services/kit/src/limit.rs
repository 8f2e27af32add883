//! How many there may be of something at once.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::Notify;

use crate::config::Size;

/// A limit, which may change while it holds; 0 is none. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Limit(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    most: AtomicU64,
    taken: AtomicU64,
    freed: Notify,
}

/// What somebody has of it, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Taken {
    limit: Limit,
    number: u64,
}

impl From<u32> for Limit {
    fn from(most: u32) -> Limit {
        Limit::of(most.into())
    }
}

/// Of bytes.
impl From<Size> for Limit {
    fn from(Size(most): Size) -> Limit {
        Limit::of(most)
    }
}

impl Limit {
    fn of(most: u64) -> Limit {
        let limit = Limit::default();
        limit.set(most);
        limit
    }

    /// Changes the limit. What there is beyond it stays until it ends.
    pub fn set(&self, most: u64) {
        self.0.most.store(most, Relaxed);
        self.0.freed.notify_waiters();
    }

    /// The limit as it is.
    pub fn get(&self) -> u64 {
        self.0.most.load(Relaxed)
    }

    /// Takes one, if there is one left.
    pub(crate) fn take(&self) -> Option<Taken> {
        let mut taken = self.begin();
        taken.grow(1).then_some(taken)
    }

    /// Nothing yet, for who takes more and more.
    pub(crate) fn begin(&self) -> Taken {
        Taken {
            limit: self.clone(),
            number: 0,
        }
    }

    /// Waits for one. All who wait do so for one each.
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

impl Taken {
    /// Takes so many more, if there are as many left. Who is alone may take any number.
    pub(crate) fn grow(&mut self, number: u64) -> bool {
        let most = match self.limit.get() {
            0 => u64::MAX,
            most => most,
        };
        let more = |taken: u64| {
            let all = taken.checked_add(number)?;
            (all <= most || taken == self.number).then_some(all)
        };
        let taken = &self.limit.0.taken;
        let grown = taken.fetch_update(Relaxed, Relaxed, more).is_ok();
        self.number += if grown { number } else { 0 };
        grown
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.number > 0 {
            let Limit(inner) = &self.limit;
            inner.taken.fetch_sub(self.number, Relaxed);
            inner.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::yield_now;

    use super::Limit;
    use crate::config::Size;

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

    #[test]
    fn some_take_more_and_more() {
        let limit = Limit::from(Size(100));
        let (mut one, mut other) = (limit.begin(), limit.begin());
        assert!(one.grow(60) && other.grow(40));
        assert!(!one.grow(1) && !other.grow(1) && !limit.begin().grow(1));
        drop(one);
        assert!(other.grow(60) && !limit.begin().grow(1));
        assert!(other.grow(1000), "who is alone has any room");
        drop(other);
        assert!(limit.begin().grow(1));
        let without = Limit::default();
        let mut many = [(); 3].map(|()| without.begin());
        assert!(many.iter_mut().all(|taken| taken.grow(1 << 40)));
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
