//! The right to capture, of which a process has one: two snapshots at once take twice the memory.

use crate::control::Control;
use crate::error::{Error, Result};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often one who waits looks at its control.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The right itself. Dropped, it goes to the one who waits longest, on whatever thread of the process.
#[derive(Debug)]
pub struct Turn(());

/// A place in the line. Dropped, it is free.
#[derive(Debug)]
pub struct Place(u64);

struct Line {
    is_taken: bool,
    /// First come, first served.
    waiting: VecDeque<u64>,
    next: u64,
}

static LINE: Mutex<Line> = Mutex::new(Line { is_taken: false, waiting: VecDeque::new(), next: 0 });
static MOVED: Condvar = Condvar::new();

impl Turn {
    /// # Errors
    /// [`Error::Busy`] when somebody has it or waits for it.
    pub fn take() -> Result<Self> {
        let mut line = line();
        if line.is_taken || !line.waiting.is_empty() {
            return Err(Error::Busy);
        }
        line.is_taken = true;
        Ok(Turn(()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        line().is_taken = false;
        MOVED.notify_all();
    }
}

impl Place {
    /// Gets in line, at its end. Returns at once.
    pub fn take() -> Self {
        let mut line = line();
        let number = line.next;
        line.next += 1;
        line.waiting.push_back(number);
        Place(number)
    }

    /// Waits for the turn.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; the place is free then.
    pub fn wait(self, control: &Control) -> Result<Turn> {
        control.check()?;
        let mut line = line();
        while line.is_taken || line.waiting.front() != Some(&self.0) {
            line = MOVED.wait_timeout(line, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner).0;
            control.check()?;
        }
        line.is_taken = true;
        // The lock is let go of before the place is dropped, which takes it again.
        drop(line);
        Ok(Turn(()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        line().waiting.retain(|number| *number != self.0);
        MOVED.notify_all();
    }
}

/// Nobody panics while it is held.
fn line() -> MutexGuard<'static, Line> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::scope;

    /// One test: a process has one line.
    #[test]
    fn a_turn_goes_to_who_waits_longest() {
        let turn = Turn::take().expect("nobody has it");
        assert_eq!(Turn::take().map(|_| ()), Err(Error::Busy));

        let impatient = Control::new();
        impatient.cancel();
        let places: Vec<Place> = (0..5).map(|_| Place::take()).collect();
        let order = Mutex::new(Vec::new());
        scope(|scope| {
            // The last in line gets its thread first.
            for (number, place) in places.into_iter().enumerate().rev() {
                let (order, impatient) = (&order, &impatient);
                scope.spawn(move || {
                    let control = Control::new();
                    match place.wait(if number == 2 { impatient } else { &control }) {
                        Ok(_turn) => order.lock().expect("no panic").push(number),
                        Err(error) => assert_eq!((number, error), (2, Error::Cancelled)),
                    }
                });
            }
            drop(turn);
        });
        assert_eq!(order.into_inner().expect("no panic"), [0, 1, 3, 4]);

        let place = Place::take();
        assert_eq!(Turn::take().map(|_| ()), Err(Error::Busy), "somebody waits");
        drop(place);
        drop(Turn::take().expect("nobody has it"));
    }
}
