//! Stacks of threads. The C library puts the record of a thread at the upper end of its stack: it has its own address
//! twice, and the guard value that all threads of a process share.

use super::ranges::page_up;
use super::word;
use crate::image::PAGE;

const ALIGNMENT: usize = 64;
/// Places in the record: itself, itself again, the guard.
const SELF: usize = 0x10;
const GUARD: usize = 0x28;
/// The record ends within so many bytes.
const RECORD: u64 = 0x900;

/// What may be the record of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Candidate {
    pub address: u64,
    guard: u64,
    /// Its mapping.
    start: u64,
    end: u64,
}

/// Candidates in a page of the mapping from `start` to `end`.
pub(super) fn candidates(address: u64, page: &[u8], start: u64, end: u64) -> impl Iterator<Item = Candidate> + '_ {
    (0..PAGE).step_by(ALIGNMENT).filter_map(move |at| {
        let here = address + at as u64;
        let is_one = word(page, at) == here && word(page, at + SELF) == here;
        let guard = word(page, at + GUARD);
        // The lowest byte of a guard is zero, so that no text has it.
        (is_one && guard != 0 && guard & 0xff == 0).then_some(Candidate { address: here, guard, start, end })
    })
}

/// Ranges of the stacks. `thread`: where the record of the first thread is, which has the guard.
pub(super) fn stacks(candidates: &[Candidate], thread: u64) -> Vec<(u64, u64)> {
    let Some(first) = candidates.iter().find(|one| one.address == thread) else { return Vec::new() };
    let of_process = candidates.iter().filter(|one| one.guard == first.guard && one.address != thread);
    of_process.map(|one| (one.start, page_up(one.address + RECORD).min(one.end))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_with(address: u64, at: usize, guard: u64) -> Vec<u8> {
        let mut page = vec![0; PAGE];
        for (place, value) in [(at, address + at as u64), (at + SELF, address + at as u64), (at + GUARD, guard)] {
            page[place..place + 8].copy_from_slice(&value.to_le_bytes());
        }
        page
    }

    #[test]
    fn threads_are_known_by_the_guard_of_the_first_one() {
        let found = |address: u64, at: usize, guard: u64, start: u64| {
            candidates(address, &page_with(address, at, guard), start, address + 0x1000).next()
        };
        let all = [
            found(0x90000, 0x740, 0xabc00, 0x90000),
            found(0x20000, 0x6c0, 0xabc00, 0x18000),
            found(0x40000, 0x6c0, 0xdef00, 0x38000),
        ];
        let all: Vec<Candidate> = all.into_iter().flatten().collect();
        assert_eq!(all.len(), 3);
        assert_eq!(stacks(&all, 0x90740), [(0x18000, 0x21000)]);
        assert_eq!(stacks(&all, 0x1234), [], "no record of the first thread");
        assert_eq!(found(0x20000, 0x6c0, 0xab, 0), None, "no guard");
        assert_eq!(found(0x20000, 0x6c8, 0xab00, 0), None, "no such place");
    }
}
