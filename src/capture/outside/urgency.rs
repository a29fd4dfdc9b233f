//! While the app stands still, this thread goes before others, where it may: each step of ptrace waits for it. On a
//! machine that is busy a step took milliseconds otherwise.

/// On the scale of `nice`.
const FIRST: libc::c_int = -20;

/// Dropped, the thread has the priority of before.
pub(super) struct Urgency {
    before: libc::c_int,
}

impl Urgency {
    /// Without the right to it (`CAP_SYS_NICE`) nothing changes.
    pub fn begin() -> Self {
        // SAFETY: reads a number of this thread.
        let before = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        // SAFETY: changes a number of this thread, or nothing.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, FIRST) };
        Urgency { before }
    }
}

impl Drop for Urgency {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, self.before) };
    }
}
