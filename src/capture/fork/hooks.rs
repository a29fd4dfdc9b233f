//! Replacements for the C library's blocking calls, for the code of Node.js in a forked child: the threads that it
//! would wait for do not exist there. Calls that wake a thread do nothing: glibc's `pthread_cond_signal` can wait for
//! ever for waiters that were in the middle of leaving. Calls that wait end the child with a number that names the
//! call, so that the capture is tried again at another moment.

use std::sync::atomic::{AtomicU32, Ordering};

/// The end of a forked process that would have waited for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub(super) enum Stuck {
    Condition = 71,
    TimedCondition = 72,
    Mutex = 73,
    Semaphore = 74,
    TimedSemaphore = 75,
    ReadWriteLock = 76,
    Join = 77,
    Barrier = 78,
    Futex = 79,
    Spin = 80,
}

impl Stuck {
    const ALL: [Stuck; 10] = [
        Stuck::Condition,
        Stuck::TimedCondition,
        Stuck::Mutex,
        Stuck::Semaphore,
        Stuck::TimedSemaphore,
        Stuck::ReadWriteLock,
        Stuck::Join,
        Stuck::Barrier,
        Stuck::Futex,
        Stuck::Spin,
    ];

    /// The call that a process which ended with `code` was stuck in.
    pub fn of_exit_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|stuck| *stuck as i32 == code)
    }

    pub fn what(self) -> &'static str {
        match self {
            Stuck::Condition | Stuck::TimedCondition => {
                "a thread that does not exist in the forked child was waited for"
            }
            Stuck::Mutex | Stuck::ReadWriteLock => {
                "a lock was held by a thread that does not exist in the forked child"
            }
            Stuck::Semaphore | Stuck::TimedSemaphore => {
                "a semaphore was waited for that nobody raises in the forked child"
            }
            Stuck::Join => "a thread that does not exist in the forked child was joined",
            Stuck::Barrier => "a barrier was waited for that nobody else reaches in the forked child",
            Stuck::Futex => "a futex was waited for that nobody wakes in the forked child",
            Stuck::Spin => "the forked child span on a lock that nobody releases",
        }
    }

    fn end(self) -> ! {
        // SAFETY: ends the process at once, without running anything of it.
        unsafe { libc::_exit(self as i32) }
    }
}

/// A function of the C library, and what stands for it.
pub(super) struct Hook {
    pub symbol: &'static str,
    pub address: usize,
}

/// Node.js cannot be forked safely where these are not called through the table that is rewritten.
pub(super) const ESSENTIAL: [&str; 3] = ["pthread_cond_wait", "pthread_cond_signal", "pthread_mutex_lock"];

pub(super) fn hooks() -> [Hook; 16] {
    type Pointer = *mut libc::c_void;
    let hook = |symbol, address| Hook { symbol, address };
    [
        hook("pthread_cond_signal", wake as extern "C" fn(Pointer) -> i32 as usize),
        hook("pthread_cond_broadcast", wake as extern "C" fn(Pointer) -> i32 as usize),
        hook("pthread_cond_wait", condition as extern "C" fn() -> i32 as usize),
        hook("pthread_cond_timedwait", timed_condition as extern "C" fn() -> i32 as usize),
        hook("pthread_cond_clockwait", timed_condition as extern "C" fn() -> i32 as usize),
        hook("pthread_mutex_lock", mutex as unsafe extern "C" fn(*mut libc::pthread_mutex_t) -> i32 as usize),
        hook("pthread_rwlock_rdlock", read_lock as unsafe extern "C" fn(*mut libc::pthread_rwlock_t) -> i32 as usize),
        hook("pthread_rwlock_wrlock", write_lock as unsafe extern "C" fn(*mut libc::pthread_rwlock_t) -> i32 as usize),
        hook("sem_wait", semaphore as unsafe extern "C" fn(*mut libc::sem_t) -> i32 as usize),
        hook("sem_timedwait", timed_semaphore as unsafe extern "C" fn(*mut libc::sem_t) -> i32 as usize),
        hook("sem_clockwait", timed_semaphore as unsafe extern "C" fn(*mut libc::sem_t) -> i32 as usize),
        hook("pthread_join", join as extern "C" fn() -> i32 as usize),
        hook("pthread_barrier_wait", barrier as extern "C" fn() -> i32 as usize),
        hook("sched_yield", spin as extern "C" fn() -> i32 as usize),
        hook("usleep", spin as extern "C" fn() -> i32 as usize),
        hook("syscall", syscall as unsafe extern "C" fn(i64, usize, usize, usize, usize, usize, usize) -> i64 as usize),
    ]
}

extern "C" fn wake(_condition: *mut libc::c_void) -> i32 {
    0
}

extern "C" fn condition() -> i32 {
    Stuck::Condition.end()
}

extern "C" fn timed_condition() -> i32 {
    Stuck::TimedCondition.end()
}

extern "C" fn join() -> i32 {
    Stuck::Join.end()
}

extern "C" fn barrier() -> i32 {
    Stuck::Barrier.end()
}

/// Nobody else runs Node's code here: a lock that is not free never will be.
unsafe extern "C" fn mutex(mutex: *mut libc::pthread_mutex_t) -> i32 {
    // SAFETY: the caller's own argument, which is a mutex.
    unless_held(unsafe { libc::pthread_mutex_trylock(mutex) }, Stuck::Mutex)
}

unsafe extern "C" fn read_lock(lock: *mut libc::pthread_rwlock_t) -> i32 {
    // SAFETY: the caller's own argument, which is a lock.
    unless_held(unsafe { libc::pthread_rwlock_tryrdlock(lock) }, Stuck::ReadWriteLock)
}

unsafe extern "C" fn write_lock(lock: *mut libc::pthread_rwlock_t) -> i32 {
    // SAFETY: the caller's own argument, which is a lock.
    unless_held(unsafe { libc::pthread_rwlock_trywrlock(lock) }, Stuck::ReadWriteLock)
}

unsafe extern "C" fn semaphore(semaphore: *mut libc::sem_t) -> i32 {
    // SAFETY: the caller's own argument, which is a semaphore.
    if unsafe { libc::sem_trywait(semaphore) } == 0 { 0 } else { Stuck::Semaphore.end() }
}

unsafe extern "C" fn timed_semaphore(semaphore: *mut libc::sem_t) -> i32 {
    // SAFETY: the caller's own argument, which is a semaphore.
    if unsafe { libc::sem_trywait(semaphore) } == 0 { 0 } else { Stuck::TimedSemaphore.end() }
}

fn unless_held(result: i32, stuck: Stuck) -> i32 {
    if result == libc::EBUSY { stuck.end() } else { result }
}

/// Giving way is right a few times, for instance to the thread that makes the file; nobody has to do so for long.
extern "C" fn spin() -> i32 {
    const TOO_OFTEN: u32 = 100_000;
    static TIMES: AtomicU32 = AtomicU32::new(0);
    if TIMES.fetch_add(1, Ordering::Relaxed) >= TOO_OFTEN {
        Stuck::Spin.end();
    }
    std::thread::yield_now();
    0
}

/// Every call of the system passes, but waiting for a futex that still has the value that is waited on.
unsafe extern "C" fn syscall(number: i64, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize) -> i64 {
    if number == libc::SYS_futex && waits(b) {
        // SAFETY: a futex is a word that its caller may read, or the caller's own call would be wrong.
        let value = unsafe { (*(a as *const AtomicU32)).load(Ordering::SeqCst) };
        if value as usize == (c & 0xffff_ffff) {
            Stuck::Futex.end();
        }
        // SAFETY: errno is a variable of this thread.
        unsafe { *libc::__errno_location() = libc::EAGAIN };
        return -1;
    }
    // SAFETY: the caller's own call.
    unsafe { libc::syscall(number, a, b, c, d, e, f) }
}

fn waits(operation: usize) -> bool {
    let flags = (libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME) as usize;
    let command = operation & !flags;
    command == libc::FUTEX_WAIT as usize || command == libc::FUTEX_WAIT_BITSET as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_a_number_of_its_own_and_is_told_apart() {
        for stuck in Stuck::ALL {
            assert_eq!(Stuck::of_exit_code(stuck as i32), Some(stuck));
            assert!(!stuck.what().is_empty());
        }
        assert_eq!((Stuck::of_exit_code(0), Stuck::of_exit_code(81)), (None, None));
    }

    #[test]
    fn calls_that_do_not_wait_do_what_they_did() {
        // SAFETY: a lock of our own, used as the C library says, and two calls without pointers that matter.
        unsafe {
            let mut lock = libc::PTHREAD_MUTEX_INITIALIZER;
            assert_eq!(mutex(&mut lock), 0);
            assert_eq!(libc::pthread_mutex_trylock(&mut lock), libc::EBUSY);
            assert_eq!(libc::pthread_mutex_unlock(&mut lock), 0);
            assert_eq!(syscall(libc::SYS_getpid, 0, 0, 0, 0, 0, 0), i64::from(std::process::id()));
            let word = AtomicU32::new(7);
            assert_eq!(syscall(libc::SYS_futex, &word as *const _ as usize, 128, 6, 0, 0, 0), -1);
            assert_eq!(*libc::__errno_location(), libc::EAGAIN);
        }
        assert_eq!(wake(std::ptr::null_mut()), 0);
        for symbol in ESSENTIAL {
            assert!(hooks().iter().any(|hook| hook.symbol == symbol));
        }
    }
}
