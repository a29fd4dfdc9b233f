//! A hint to the processor that a row of a column will be read soon. Walks over a heap jump through columns that no
//! cache can hold. A request for the next rows during the work on the present one hides part of the wait.

/// Starts to load `column[index]` into the cache. Does nothing for a row that does not exist, and nothing on processors
/// other than x86-64: a hint changes no result, so its absence is its safe twin.
#[inline(always)]
pub fn prefetch<T>(column: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(row) = column.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: prefetching reads nothing that the program can see, and the address is that of a row.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(row).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (column, index);
}
