//! The fork itself. The app must not notice it: the end of the child sends no signal.
//!
//! `fork(2)` of the C library makes a child whose end sends SIGCHLD, and a listener of the app would take it for a
//! child of its own. The system call underneath takes the signal as an argument, and 0 is none. This skips the work of
//! the C library around the call. It takes locks so that they are free in the child (malloc's above all), and calls
//! functions that libraries have registered (`pthread_atfork`). So the child is made at a moment when no other thread
//! works and holds such a lock. After a child that got stuck, the next one is made by the C library.

/// Who makes the child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    /// The kernel, with no signal at the end.
    Kernel,
    /// The C library, with SIGCHLD at the end: safe at any moment.
    Library,
}

/// `prctl(2)`: where the C library notes the number of this thread. Kernels without it say so.
const PR_GET_TID_ADDRESS: libc::c_int = 40;

/// Gives 0 in the child, the child's number in this process, and a negative number when the system makes no child.
///
/// # Safety
/// The child has the calling thread only. It must not use data that another thread was changing.
pub unsafe fn fork_process(by: By) -> libc::pid_t {
    // SAFETY: what the caller promises.
    unsafe { if by == By::Library { libc::fork() } else { clone_without_signal() } }
}

/// # Safety
/// As of [`fork_process`].
unsafe fn clone_without_signal() -> libc::pid_t {
    let tid = tid_address();
    let flags = if tid.is_null() { 0 } else { libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID };
    let none = std::ptr::null_mut::<libc::pid_t>();
    // SAFETY: without a stack of its own the child goes on where this thread is, in memory of its own. The kernel
    // writes the child's number to `tid`, there only.
    #[cfg(target_arch = "x86_64")]
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags as libc::c_long, 0 as libc::c_long, none, tid, none) };
    // SAFETY: as above; the last two are the other way round.
    #[cfg(not(target_arch = "x86_64"))]
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags as libc::c_long, 0 as libc::c_long, none, none, tid) };
    pid as libc::pid_t
}

/// Where the C library has the number of this thread, or null: then the child's stays that of the app's thread, which
/// only `abort` looks at.
fn tid_address() -> *mut libc::pid_t {
    let mut address = std::ptr::null_mut::<libc::pid_t>();
    // SAFETY: the kernel writes an address into a variable of our own. It is that of this thread's number, if the
    // number is there.
    unsafe {
        let told = libc::prctl(PR_GET_TID_ADDRESS, &raw mut address);
        let is_own = told == 0 && !address.is_null() && *address == libc::syscall(libc::SYS_gettid) as libc::pid_t;
        if is_own { address } else { std::ptr::null_mut() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether somebody who waits for children of the ordinary kind sees this one, and the code with which it ended.
    fn check(by: By) -> (bool, i32) {
        // SAFETY: the child ends at once.
        let pid = unsafe { fork_process(by) };
        if pid == 0 {
            // SAFETY: takes a number.
            unsafe { libc::_exit(if libc::getpid() == libc::gettid() { 7 } else { 8 }) }
        }
        let mut status = 0;
        // SAFETY: a variable of our own, and a child that nobody else waits for.
        unsafe {
            let seen = libc::waitpid(pid, &mut status, 0) == pid;
            if !seen {
                assert_eq!(libc::waitpid(pid, &mut status, libc::__WALL), pid);
            }
            (seen, libc::WEXITSTATUS(status))
        }
    }

    #[test]
    fn the_end_of_a_child_sends_a_signal_only_when_the_library_made_it() {
        assert_eq!(check(By::Kernel), (false, 7));
        assert_eq!(check(By::Library), (true, 7));
    }
}
