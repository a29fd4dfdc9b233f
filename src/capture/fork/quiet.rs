//! Waits for a moment at which no other thread works. V8's helper threads do not exist in the forked child, and their
//! unfinished work stays as it was: a lock that is held, a page that is half swept.

use super::super::proc_file;
use crate::control::Control;
use crate::error::Result;
use rustix::fs::{Dir, Mode, OFlags, open};
use std::time::{Duration, Instant};

/// A thread's number in the kernel.
pub(super) type ThreadId = i32;

pub(super) fn this_thread() -> ThreadId {
    // SAFETY: the call takes nothing and cannot fail.
    unsafe { libc::gettid() }
}

/// Waits until every thread but this one and `except` sleeps, at most for `patience`.
///
/// # Errors
/// [`Error::Cancelled`](crate::error::Error::Cancelled).
pub(super) fn wait(except: ThreadId, patience: Duration, control: &Control) -> Result<()> {
    const EVERY: Duration = Duration::from_millis(2);
    let start = Instant::now();
    while !is_quiet(except) && start.elapsed() < patience {
        control.check()?;
        std::thread::sleep(EVERY);
    }
    control.check()
}

/// True when every thread but this one and `except` sleeps, and where that cannot be known.
///
/// # Cost
/// A few microseconds a thread.
pub(super) fn is_quiet(except: ThreadId) -> bool {
    let this = this_thread();
    states("/proc/self/task", &mut |thread, state| thread == this || thread == except || state == b'S')
}

/// True when a thread of the process runs, would run if a processor were free, or waits for the disk.
pub(super) fn is_busy(pid: i32) -> bool {
    !states(&format!("/proc/{pid}/task"), &mut |_, state| state != b'R' && state != b'D')
}

/// Tells the state of each thread below `folder`, until `tell` gives false; true at the end.
fn states(folder: &str, tell: &mut dyn FnMut(ThreadId, u8) -> bool) -> bool {
    let mut stat = Vec::new();
    let Ok(directory) = open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) else {
        return true;
    };
    let Ok(tasks) = Dir::read_from(&directory) else { return true };
    for task in tasks.flatten() {
        let name = task.file_name().to_str().ok();
        let Some(thread) = name.and_then(|name| name.parse::<ThreadId>().ok()) else { continue };
        // A thread that has just ended has no file any more.
        let read = proc_file::read_into(&format!("{folder}/{thread}/stat"), &mut stat);
        if let (Ok(()), Some(state)) = (read, state(&stat))
            && !tell(thread, state)
        {
            return false;
        }
    }
    true
}

/// The state in a line of `stat`. A thread's name may hold anything, brackets and blanks too.
pub(super) fn state(stat: &[u8]) -> Option<u8> {
    after_name(stat)?.next()?.first().copied()
}

/// Processor time that a line of `stat` tells, in ticks of the kernel.
pub(super) fn ticks(stat: &[u8]) -> Option<u64> {
    let mut fields = after_name(stat)?.skip(11);
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse::<u64>().ok();
    Some(number()? + number()?)
}

/// Fields from the third on.
fn after_name(stat: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let end = memchr::memrchr(b')', stat)?;
    Some(stat[end + 1..].split(|byte| *byte == b' ').filter(|field| !field.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_line_is_read_whatever_the_name() {
        let line = b"77 (a) R (b c) S 1 77 77 0 -1 4194560 1 0 0 0 12 30 0 0 20 0 1 0 5 6 7";
        assert_eq!((state(line), ticks(line)), (Some(b'S'), Some(42)));
        assert_eq!((state(b"77 (a"), ticks(b"77 (a) R 1")), (None, None));
        assert_eq!((state(b""), ticks(b"")), (None, None));
    }

    #[test]
    fn a_thread_that_works_is_seen() {
        let (say, told) = channel();
        let (stop, stopped) = channel::<()>();
        let worker = std::thread::spawn(move || {
            say.send(this_thread()).expect("somebody waits");
            while stopped.try_recv().is_err() {
                std::hint::spin_loop();
            }
        });
        let busy = told.recv().expect("it says so first");
        let mut stat = Vec::new();
        proc_file::read_into(&format!("/proc/self/task/{busy}/stat"), &mut stat).expect("it runs");
        assert_eq!(state(&stat), Some(b'R'));
        assert!(!is_quiet(0));
        let control = Control::new();
        control.cancel();
        assert_eq!(wait(0, Duration::from_secs(3600), &control), Err(crate::error::Error::Cancelled));
        assert_eq!(wait(0, Duration::ZERO, &Control::new()), Ok(()));
        stop.send(()).expect("it listens");
        worker.join().expect("it ends");
    }
}
