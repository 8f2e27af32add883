//! Renewing workers: all of them under another configuration or program, or one because it is old.

use std::sync::Arc;

use super::fleet::Fleet;
use super::generation::Generation;
use super::slot::Failure;

/// Has workers of this generation take over slot by slot, each ready before the one of before leaves. The first is the
/// canary. If one fails, those that have taken over are replaced again, and the generation of before stays.
pub(crate) async fn roll(fleet: &Fleet, next: Arc<Generation>) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    let before = fleet.generation();
    let mut slot = 0;
    while slot < fleet.slots() {
        if let Err(failure) = fleet.renew(slot, &next).await {
            for slot in 0..slot {
                if let Err(failure) = fleet.renew(slot, &before).await {
                    tracing::error!(
                        slot = slot + 1,
                        "the worker of before cannot be had back: {failure}"
                    );
                }
            }
            return Err(failure);
        }
        slot += 1;
    }
    fleet.set_generation(next);
    Ok(())
}

/// Has a new worker of the same generation take over in a slot.
pub(crate) async fn renew(fleet: &Fleet, slot: usize, reason: &str) -> Result<(), Failure> {
    let _surge = fleet.surge().await;
    fleet.renew(slot, &fleet.generation()).await?;
    fleet.counts().renewed(reason);
    Ok(())
}
