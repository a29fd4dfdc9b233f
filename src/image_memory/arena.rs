//! Arenas of `malloc` of glibc: chunk after chunk, each with its size before it. A heap of an arena is known when the
//! chunks lead from its beginning exactly to its end. One wrong step, and nothing of it is known.

use super::ranges::{page_down, page_up};
use super::word;

/// Heaps of all arenas but the main one begin at multiples of it.
pub(super) const HEAP_ALIGNMENT: u64 = 64 << 20;
/// Sizes of the head of such a heap, in older and newer versions.
const HEADS: [u64; 2] = [0x20, 0x30];
/// In the record of an arena: its last chunk, from which it takes new ones.
const TOP: usize = 96;
/// Sizes of the record of an arena.
const RECORDS: std::ops::Range<u64> = 0x840..0x960;
const SMALLEST: u64 = 0x20;
const CHUNK_ALIGNMENT: u64 = 0x10;
const PREVIOUS_IS_USED: u64 = 1;
const IS_MAPPED: u64 = 2;
const IS_OF_OTHER_ARENA: u64 = 4;
/// Chunks that close a heap, when the arena goes on in another one.
const FENCE: u64 = 0x20;

/// A heap, and where its first chunk may be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Heap {
    pub start: u64,
    pub end: u64,
    firsts: Vec<u64>,
    ending: Ending,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    /// The last chunk ends with the heap: the main arena.
    Whole,
    /// This is the last chunk.
    Top(u64),
    Fence,
}

impl Heap {
    /// `[heap]`.
    pub fn main(start: u64, end: u64) -> Self {
        Heap { start, end, firsts: vec![start], ending: Ending::Whole }
    }

    /// The heap that begins with this page, if one does.
    pub fn read(address: u64, page: &[u8]) -> Option<Self> {
        let [arena, previous, size, writable] = [0, 8, 16, 24].map(|at| word(page, at));
        let is_sized =
            size >= 0x1000 && size <= writable && writable <= HEAP_ALIGNMENT && (size | writable) % 0x1000 == 0;
        let head = arena % HEAP_ALIGNMENT;
        if !is_sized || !HEADS.contains(&head) {
            return None;
        }
        let (end, start) = (address + size, address);
        if arena - head != address {
            let is_later = previous != 0 && previous % HEAP_ALIGNMENT == 0;
            let firsts = HEADS.map(|head| address + head).to_vec();
            return is_later.then_some(Heap { start, end, firsts, ending: Ending::Fence });
        }
        let top = word(page, head as usize + TOP);
        let has_top = previous == 0 && top > address && top < end && top % CHUNK_ALIGNMENT == 0;
        let firsts = RECORDS.step_by(CHUNK_ALIGNMENT as usize).map(|size| page_first(arena + size)).collect();
        has_top.then_some(Heap { start, end, firsts, ending: Ending::Top(top) })
    }

    /// The last chunk of the arena that this heap has the record of.
    pub fn top(&self) -> Option<u64> {
        match self.ending {
            Ending::Top(top) => Some(top),
            _ => None,
        }
    }

    /// An arena whose last chunk is in this heap, and not in its first one.
    pub fn with_top(mut self, tops: &[u64]) -> Self {
        let inside = tops.iter().find(|top| (self.start..self.end).contains(*top));
        if let (Ending::Fence, Some(top)) = (self.ending, inside) {
            self.ending = Ending::Top(*top);
        }
        self
    }
}

/// Chunks stand at multiples of 16.
fn page_first(address: u64) -> u64 {
    address.next_multiple_of(CHUNK_ALIGNMENT)
}

/// What is known of a heap.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Known {
    pub used: u64,
    pub free: u64,
    /// Ranges of pages in which everything is free.
    pub free_pages: Vec<(u64, u64)>,
}

/// Goes through a heap, page by page.
pub(super) struct Walk {
    pub heap: Heap,
    chains: Vec<Chain>,
}

struct Chain {
    next: u64,
    /// The chunk before, whose state the next one has.
    last: Option<u64>,
    known: Known,
    is_over: bool,
}

impl Walk {
    pub fn new(heap: Heap) -> Self {
        let mut firsts = heap.firsts.clone();
        firsts.dedup();
        let chain = |next| Chain { next, last: None, known: Known::default(), is_over: false };
        Walk { chains: firsts.into_iter().map(chain).collect(), heap }
    }

    /// The next page of the heap.
    pub fn page(&mut self, address: u64, page: &[u8]) {
        let heap = &self.heap;
        self.chains.retain_mut(|chain| chain.page(heap, address, page));
    }

    /// What is known, when one way alone leads to the end.
    pub fn known(self) -> Option<Known> {
        let mut whole = self.chains.into_iter().filter(|chain| chain.is_over);
        let first = whole.next()?;
        // Ways that begin within a record of zeros meet later: the longest one began first.
        Some(first.known)
    }
}

impl Chain {
    /// False when it was no chain.
    fn page(&mut self, heap: &Heap, address: u64, page: &[u8]) -> bool {
        let end = address + page.len() as u64;
        while !self.is_over && self.next < end {
            if self.next < address {
                // Its size is on a page that is not there: zero.
                return false;
            }
            let size = word(page, (self.next - address) as usize + 8);
            if !self.step(heap, size) {
                return false;
            }
        }
        true
    }

    fn step(&mut self, heap: &Heap, field: u64) -> bool {
        let (here, size) = (self.next, field & !7);
        if let Some(last) = self.last.replace(here) {
            self.note(last, here, field & PREVIOUS_IS_USED == 0);
        }
        let is_top = heap.ending == Ending::Top(here);
        if heap.ending == Ending::Fence && here >= heap.end - FENCE {
            self.note(here, heap.end, false);
            self.is_over = true;
            return here <= heap.end;
        }
        // Free chunks of other arenas do not say whose they are.
        let wrong = if heap.ending == Ending::Whole { IS_MAPPED | IS_OF_OTHER_ARENA } else { IS_MAPPED };
        let is_chunk = size >= SMALLEST && size % CHUNK_ALIGNMENT == 0 && size <= heap.end - here && field & wrong == 0;
        self.next = here.saturating_add(size);
        if is_chunk && self.next == heap.end && (is_top || heap.ending == Ending::Whole) {
            self.note(here, self.next, true);
            self.is_over = true;
            return true;
        }
        is_chunk && !is_top && self.next < heap.end
    }

    fn note(&mut self, start: u64, end: u64, is_free: bool) {
        if !is_free {
            self.known.used += end - start;
            return;
        }
        self.known.free += end - start;
        // The first words of a free chunk are in use: they lead to other free ones.
        let pages = (page_up(start + SMALLEST), page_down(end));
        if pages.0 < pages.1 {
            self.known.free_pages.push(pages);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 0x44_0000;

    /// Chunks from `first` on: size with its flags.
    fn pages_of(length: usize, first: u64, fields: &[u64]) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let mut at = first as usize;
        for field in fields {
            bytes[at + 8..at + 16].copy_from_slice(&field.to_le_bytes());
            at += (field & !7) as usize;
        }
        bytes
    }

    fn walked(heap: Heap, bytes: &[u8]) -> Option<Known> {
        let start = heap.start;
        let mut walk = Walk::new(heap);
        for (index, page) in bytes.chunks(0x1000).enumerate().filter(|(_, page)| page.iter().any(|byte| *byte != 0)) {
            walk.page(start + index as u64 * 0x1000, page);
        }
        walk.known()
    }

    #[test]
    fn used_and_free_chunks_are_told_by_the_next_one() {
        // Used, free over whole pages, used, and the last one.
        let bytes = pages_of(0x6000, 0, &[0x291, 0x3001, 0x1d0, (0x6000 - 0x290 - 0x3000 - 0x1d0) | 1]);
        let known = walked(Heap::main(AT, AT + 0x6000), &bytes).expect("it is whole");
        assert_eq!((known.used, known.free), (0x290 + 0x1d0, 0x6000 - 0x290 - 0x1d0));
        assert_eq!(known.free_pages, [(AT + 0x1000, AT + 0x3000), (AT + 0x4000, AT + 0x6000)]);
    }

    #[test]
    fn one_wrong_step_and_nothing_is_known() {
        let heap = Heap::main(AT, AT + 0x2000);
        assert!(walked(heap.clone(), &pages_of(0x2000, 0, &[0x1001, 0x1001])).is_some());
        for fields in [
            &[][..],
            &[0x1001],
            &[0x11, 0x1ff1],
            &[0x1001, 0x1011],
            &[0x1001, 0xff1],
            &[0x1003, 0x1001],
            &[0x1005, 0x1001],
            &[0x1009, 0xff9],
            &[u64::MAX],
        ] {
            assert_eq!(walked(heap.clone(), &pages_of(0x2000, 0, fields)), None, "{fields:x?}");
        }
    }

    /// A heap with the record of its arena.
    fn arena(first: u64, top: u64, fields: &[u64]) -> Vec<u8> {
        let start = HEAP_ALIGNMENT;
        let mut bytes = pages_of(0x21000, first, fields);
        for (at, value) in [(0, start + 0x30), (16, 0x21000), (24, 0x21000), (0x30 + TOP, start + top)] {
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(value));
        }
        bytes
    }

    #[test]
    fn an_arena_is_known_when_one_beginning_leads_to_its_last_chunk() {
        // The second chunk is free, and does not say of which arena it is.
        let rest = 0x2000 - 0x8d0 - 0x290 - 0x400;
        let bytes = arena(0x8d0, 0x2000, &[0x295, 0x401, rest | 4, (0x21000 - 0x2000) | 1]);
        let heap = Heap::read(HEAP_ALIGNMENT, &bytes[..0x1000]).expect("it is one");
        let known = walked(heap, &bytes).expect("it is whole");
        assert_eq!((known.used, known.free), (0x2000 - 0x8d0 - 0x400, 0x1f000 + 0x400));
        assert_eq!(known.free_pages, [(HEAP_ALIGNMENT + 0x3000, HEAP_ALIGNMENT + 0x21000)]);
        let wrong = arena(0x8d0, 0x3000, &[0x295, (0x2000 - 0x8d0 - 0x290) | 5, (0x21000 - 0x2000) | 1]);
        let heap = Heap::read(HEAP_ALIGNMENT, &wrong[..0x1000]).expect("it may be one");
        assert_eq!(walked(heap, &wrong), None, "its last chunk is elsewhere");
    }

    #[test]
    fn another_heap_of_an_arena_ends_with_a_fence_or_its_last_chunk() {
        let start = 2 * HEAP_ALIGNMENT;
        let mut bytes = pages_of(0x3000, 0x30, &[0x1005, (0x3000 - 0x1030 - 0x20) | 5, 0x15]);
        for (at, value) in [(0, HEAP_ALIGNMENT + 0x30), (8, HEAP_ALIGNMENT), (16, 0x3000), (24, 0x3000)] {
            bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(value));
        }
        let heap = Heap::read(start, &bytes[..0x1000]).expect("it is one");
        assert_eq!(walked(heap.clone(), &bytes).map(|known| known.used), Some(0x3000 - 0x30));
        let fields = [0x1005, (0x3000 - 0x1030) | 1];
        let mut grown = pages_of(0x3000, 0x30, &fields);
        grown[..0x28].copy_from_slice(&bytes[..0x28]);
        let heap = heap.with_top(&[start + 0x1030]);
        assert_eq!(walked(heap, &grown).map(|known| known.free), Some(0x3000 - 0x1030));
    }

    #[test]
    fn a_page_that_is_no_head_is_no_heap() {
        assert_eq!(Heap::read(HEAP_ALIGNMENT, &vec![0; 0x1000]), None);
        assert_eq!(Heap::read(HEAP_ALIGNMENT, &vec![0xff; 0x1000]), None);
        let bytes = arena(0x8d0, 0x30000, &[]);
        assert_eq!(Heap::read(HEAP_ALIGNMENT, &bytes[..0x1000]), None, "its last chunk is outside");
    }
}
