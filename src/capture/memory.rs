//! Giving memory back to the system.

/// Returns what the C library keeps of freed memory, which after a snapshot is many times the heap.
///
/// # Cost
/// Walks the allocator's free lists: milliseconds, on the caller's thread. Does nothing where the C library is not glibc.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim takes no pointers and locks the arenas it works on; glibc documents it as safe between threads.
    unsafe {
        libc::malloc_trim(0);
    }
}
