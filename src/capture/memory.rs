//! Gives memory back to the system.

/// Returns what the C library keeps of freed memory, which after a snapshot is many times the heap.
///
/// # Cost
/// Walks the allocator's free lists: milliseconds, on the caller's thread. Does nothing where the C library is not
/// glibc.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: malloc_trim takes no pointers and locks the arenas it works on; glibc documents it as safe between
    // threads.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// The memory of the C library's `malloc`, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MallocUse {
    /// Given out to native code.
    pub in_use: u64,
    /// Freed, and kept for the next that asks.
    pub free: u64,
}

/// `None` where the C library does not tell: it is not glibc, or one before 2.33.
///
/// # Cost
/// Walks the arenas of the allocator: well below a millisecond.
pub fn malloc_use() -> Option<MallocUse> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        type MallInfo2 = unsafe extern "C" fn() -> libc::mallinfo2;
        // SAFETY: the name is a C string; the symbol is looked for in what is loaded, and may be missing.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
        if found.is_null() {
            return None;
        }
        // SAFETY: glibc has this function under this name only, since 2.33, with this signature.
        let mallinfo2 = unsafe { std::mem::transmute::<*mut libc::c_void, MallInfo2>(found) };
        // SAFETY: it takes nothing, locks the arenas that it reads, and returns numbers.
        let info = unsafe { mallinfo2() };
        let in_use = (info.uordblks as u64).saturating_add(info.hblkhd as u64);
        Some(MallocUse { in_use, free: info.fordblks as u64 })
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::malloc_use;

    #[test]
    fn what_is_allocated_is_in_use() {
        // Where glibc is too old to tell there is nothing to compare.
        let Some(before) = malloc_use() else { return };
        // Other tests allocate and free beside this one: some tens of megabytes, not hundreds.
        let block = vec![1_u8; 512 << 20];
        let during = malloc_use().unwrap();
        assert!(during.in_use >= before.in_use + (256 << 20), "{before:?} {during:?}");
        drop(block);
        assert!(malloc_use().unwrap().in_use < during.in_use - (256 << 20));
    }
}
