//! Priorities: which of two threads gets a processor first?

/// On the scale of `nice`: about a third of what the thread of JavaScript gets when both are busy.
#[cfg(target_os = "linux")]
const BEHIND: i32 = 5;

/// The calling thread, and all that it starts from now on, stand behind the other threads of the process. Only on
/// Linux, where each thread has a niceness of its own: elsewhere they stay equal, and nothing but the time of an answer
/// depends on it.
pub fn stand_behind() {
    #[cfg(target_os = "linux")]
    // SAFETY: both calls read and change a number that the kernel keeps of this thread; one that is refused leaves it
    // as it was.
    unsafe {
        let niceness = libc::getpriority(libc::PRIO_PROCESS, 0);
        libc::setpriority(libc::PRIO_PROCESS, 0, niceness + BEHIND);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_and_those_that_it_starts_stand_behind() {
        // SAFETY: reads a number.
        let niceness = || unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        let own = niceness();
        let (behind, started) = std::thread::spawn(move || {
            stand_behind();
            (niceness(), std::thread::spawn(niceness).join().expect("no panic"))
        })
        .join()
        .expect("no panic");
        let expected = (own + BEHIND).min(19);
        assert_eq!((behind, started, niceness()), (expected, expected, own));
    }
}
