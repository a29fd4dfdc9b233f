//! Ranges of addresses that do not overlap, in order.

use super::Kind;
use crate::image::PAGE;
use std::collections::BTreeMap;

const PAGE_BYTES: u64 = PAGE as u64;

/// Where pages are.
#[derive(Default)]
pub(super) struct Pages {
    /// In order; ranges that touch are one.
    pub ranges: Vec<(u64, u64)>,
}

impl Pages {
    /// Pages behind all others.
    pub fn push(&mut self, start: u64, end: u64) {
        match self.ranges.last_mut() {
            Some((_, last)) if *last == start => *last = end,
            _ => self.ranges.push((start, end)),
        }
    }

    pub fn bytes(&self) -> u64 {
        self.ranges.iter().map(|(start, end)| end - start).sum()
    }

    pub fn count(&self) -> u64 {
        self.bytes() / PAGE_BYTES
    }

    /// Bytes of the pages between these addresses.
    pub fn bytes_in(&self, start: u64, end: u64) -> u64 {
        let first = self.ranges.partition_point(|range| range.1 <= start);
        let inside = self.ranges[first..].iter().take_while(|range| range.0 < end);
        inside.map(|range| range.1.min(end) - range.0.max(start)).sum()
    }
}

/// Ranges of whole pages with a kind.
#[derive(Default)]
pub(super) struct Claims {
    by_start: BTreeMap<u64, (u64, Kind)>,
}

impl Claims {
    /// Whoever comes first has the range; true when it was free.
    pub fn add(&mut self, start: u64, end: u64, kind: Kind) -> bool {
        let is_range = start < end;
        let before = self.by_start.range(..end).next_back();
        let is_free = is_range && before.is_none_or(|(_, (last, _))| *last <= start);
        if is_free {
            self.by_start.insert(start, (end, kind));
        }
        is_free
    }

    /// Those that have something between these addresses.
    pub fn within(&self, start: u64, end: u64) -> impl Iterator<Item = (u64, u64, Kind)> {
        let first = self.by_start.range(..=start).next_back().map_or(start, |(first, _)| *first);
        let ranges = self.by_start.range(first..end).map(|(from, (to, kind))| (*from, *to, *kind));
        ranges.filter(move |(_, to, _)| *to > start)
    }
}

pub(super) fn page_down(address: u64) -> u64 {
    address / PAGE_BYTES * PAGE_BYTES
}

pub(super) fn page_up(address: u64) -> u64 {
    page_down(address.saturating_add(PAGE_BYTES - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_between_addresses() {
        let mut pages = Pages::default();
        for (start, end) in [(0x1000, 0x2000), (0x2000, 0x4000), (0x8000, 0x9000)] {
            pages.push(start, end);
        }
        assert_eq!(pages.ranges, [(0x1000, 0x4000), (0x8000, 0x9000)]);
        for (start, end, bytes) in
            [(0, 0x10000, 0x4000), (0x2000, 0x8000, 0x2000), (0x4000, 0x8000, 0), (0x3000, 0x8800, 0x1800)]
        {
            assert_eq!(pages.bytes_in(start, end), bytes, "{start:x} {end:x}");
        }
    }

    #[test]
    fn the_first_claim_has_the_range() {
        let mut claims = Claims::default();
        assert!(claims.add(0x4000, 0x8000, Kind::Stacks));
        for (start, end) in [(0x4000, 0x8000), (0x3000, 0x5000), (0x5000, 0x6000), (0x7000, 0x9000), (0x3000, 0x9000)] {
            assert!(!claims.add(start, end, Kind::V8Heap), "{start:x} {end:x}");
        }
        assert!(claims.add(0x8000, 0x9000, Kind::V8Heap) && claims.add(0x3000, 0x4000, Kind::V8Heap));
        assert!(!claims.add(0x1000, 0x1000, Kind::V8Heap), "nothing");
        assert_eq!(claims.within(0, u64::MAX).count(), 3);
        assert_eq!(claims.within(0x7fff, 0x8000).collect::<Vec<_>>(), [(0x4000, 0x8000, Kind::Stacks)]);
        assert_eq!(claims.within(0x9000, 0xa000).count(), 0);
        assert_eq!((page_down(0x1fff), page_up(0x1001), page_up(0x1000)), (0x1000, 0x2000, 0x1000));
    }
}
