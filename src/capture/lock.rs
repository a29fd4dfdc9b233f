//! The lock of a capture, and its queue. A process has one lock, because two snapshots at once take twice the memory.

use crate::control::Control;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often a waiting caller looks at its control.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The lock. Dropped, it goes to the caller who waits longest, on whatever thread of the process.
#[derive(Debug)]
pub struct CaptureLock(());

/// A place in the queue. Dropped, it is free.
#[derive(Debug)]
pub struct Place(u64);

struct Queue {
    is_taken: bool,
    /// First come, first served.
    waiting: VecDeque<u64>,
    next: u64,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { is_taken: false, waiting: VecDeque::new(), next: 0 });
static MOVED: Condvar = Condvar::new();

impl CaptureLock {
    /// # Errors
    /// [`Error::Busy`] when somebody has it or waits for it.
    pub fn take() -> Result<Self> {
        let mut queue = queue();
        if queue.is_taken || !queue.waiting.is_empty() {
            return Err(Error::Busy);
        }
        queue.is_taken = true;
        Ok(CaptureLock(()))
    }
}

impl Drop for CaptureLock {
    fn drop(&mut self) {
        queue().is_taken = false;
        MOVED.notify_all();
    }
}

impl Place {
    /// Takes the last place of the queue. Returns at once.
    pub fn take() -> Self {
        let mut queue = queue();
        let number = queue.next;
        queue.next += 1;
        queue.waiting.push_back(number);
        Place(number)
    }

    /// Waits for the lock.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; the place is free then.
    pub fn wait(self, control: &Control) -> Result<CaptureLock> {
        control.check()?;
        let mut queue = queue();
        while queue.is_taken || queue.waiting.front() != Some(&self.0) {
            queue = MOVED.wait_timeout(queue, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner).0;
            control.check()?;
        }
        queue.is_taken = true;
        // The mutex is let go of before the place is dropped, which takes it again.
        drop(queue);
        Ok(CaptureLock(()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        queue().waiting.retain(|number| *number != self.0);
        MOVED.notify_all();
    }
}

/// Nobody panics while the mutex is held.
fn queue() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::scope;

    /// One test: a process has one queue.
    #[test]
    fn the_lock_goes_to_the_caller_who_waits_longest() {
        let lock = CaptureLock::take().expect("nobody has it");
        assert_eq!(CaptureLock::take().map(|_| ()), Err(Error::Busy));

        let impatient = Control::new();
        impatient.cancel();
        let places: Vec<Place> = (0..5).map(|_| Place::take()).collect();
        let order = Mutex::new(Vec::new());
        scope(|scope| {
            // The last in the queue gets its thread first.
            for (number, place) in places.into_iter().enumerate().rev() {
                let (order, impatient) = (&order, &impatient);
                scope.spawn(move || {
                    let control = Control::new();
                    match place.wait(if number == 2 { impatient } else { &control }) {
                        Ok(_lock) => order.lock().expect("no panic").push(number),
                        Err(error) => assert_eq!((number, error), (2, Error::Cancelled)),
                    }
                });
            }
            drop(lock);
        });
        assert_eq!(order.into_inner().expect("no panic"), [0, 1, 3, 4]);

        let place = Place::take();
        assert_eq!(CaptureLock::take().map(|_| ()), Err(Error::Busy), "somebody waits");
        drop(place);
        drop(CaptureLock::take().expect("nobody has it"));
    }
}
