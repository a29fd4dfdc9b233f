//! The caller's means to follow and to stop long work.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

/// Loops over nodes or edges look at the control every so many turns.
pub const CHECK_EVERY: usize = 1 << 14;

/// The step that the work is at now, in the order in which an open does them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Stage {
    Waiting = 0,
    Reading,
    Graph,
    Dominators,
    Analysis,
    Writing,
    Done,
}

impl Stage {
    pub const NAMES: [&'static str; 7] = ["waiting", "reading", "graph", "dominators", "analysis", "writing", "done"];
}

/// A cancel flag and a progress meter, shared by the caller and the threads that work.
///
/// # Cost
/// [`Control::check`] is one relaxed load.
#[derive(Default, Debug)]
pub struct Control {
    cancelled: Arc<AtomicBool>,
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

impl Control {
    pub fn new() -> Self {
        Self::default()
    }

    /// A control for a part of the work that goes on beside the rest: it is cancelled with the rest, and has a meter of
    /// its own.
    pub fn beside(&self) -> Self {
        Self { cancelled: Arc::clone(&self.cancelled), ..Self::default() }
    }

    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// # Errors
    /// [`Error::Cancelled`] once [`Control::cancel`] was called.
    #[inline(always)]
    pub fn check(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// [`Control::check`] on every [`CHECK_EVERY`]th turn.
    #[inline(always)]
    pub fn check_at(&self, turn: usize) -> Result<()> {
        if turn % CHECK_EVERY == 0 { self.check() } else { Ok(()) }
    }

    /// Begins a stage. `total` is in the stage's own unit (bytes while reading, steps otherwise); 0: unknown.
    pub fn begin(&self, stage: Stage, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    pub fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
    }

    /// (stage name, done, total)
    pub fn progress(&self) -> (&'static str, u64, u64) {
        let stage = usize::from(self.stage.load(Ordering::Relaxed));
        (Stage::NAMES[stage], self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_control_stops_work() {
        let control = Control::new();
        assert_eq!(control.check(), Ok(()));
        control.cancel();
        assert_eq!(control.check(), Err(Error::Cancelled));
        assert_eq!(control.check_at(CHECK_EVERY * 3), Err(Error::Cancelled));
        assert_eq!(control.check_at(1), Ok(()));
    }

    #[test]
    fn work_beside_is_cancelled_with_the_rest_and_has_its_own_meter() {
        let control = Control::new();
        let beside = control.beside();
        beside.begin(Stage::Reading, 7);
        assert_eq!((control.progress().2, beside.progress().2), (0, 7));
        control.cancel();
        assert_eq!(beside.check(), Err(Error::Cancelled));
    }
}
