//! Numbers that another thread found in a block before the parser reached it.

use super::scan;

/// Places of a block where nothing plain was found, before the scan leaves the rest of it alone.
const MISSES: usize = 64;

/// Runs of plain numbers in a block, found without knowing what the block is.
///
/// A run begins behind a comma and is nothing but numbers that each end with a comma; so it means the same to a parser
/// that stands there and waits for a number, and nothing to one that does not. Using it or not gives the same tables.
#[derive(Default, Debug)]
pub struct Ahead {
    /// The numbers of all runs, and room behind them.
    numbers: Vec<u32>,
    runs: Vec<Run>,
    /// First run that was not taken.
    next: usize,
}

/// Bytes `start..end` of the block are numbers `first..last`.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: usize,
    end: usize,
    first: usize,
    last: usize,
}

/// The rest of a run from some byte on.
#[derive(Debug)]
pub struct Found<'a> {
    pub numbers: &'a [u32],
    /// Bytes that they take, commas included.
    pub bytes: usize,
}

impl Ahead {
    /// Forgets what it knows and looks at another block.
    ///
    /// # Cost
    /// O(bytes) for numbers, nearly nothing for anything else. Memory for a number per two bytes, of which what is used
    /// is touched.
    pub fn scan(&mut self, block: &[u8]) {
        self.clear();
        let room = block.len() / 2 + scan::SLACK + 1;
        if self.numbers.len() < room {
            self.numbers = vec![0; room];
        }
        let (mut at, mut first, mut misses) = (0, 0, 0);
        while misses < MISSES {
            let Some(comma) = memchr::memchr(b',', &block[at..]) else { break };
            let start = at + comma + 1;
            let scanned = scan::scan(&block[start..], &mut self.numbers[first..]);
            at = start + scanned.bytes;
            if scanned.numbers == 0 {
                misses += 1;
                continue;
            }
            let last = first + scanned.numbers;
            self.runs.push(Run { start, end: at, first, last });
            first = last;
        }
    }

    /// Forgets what it knows.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.next = 0;
    }

    /// The numbers from byte `at` of `block` on, where one is due. A run is given once, and never one before it again.
    pub(super) fn take(&mut self, block: &[u8], at: usize) -> Option<Found<'_>> {
        while self.runs.get(self.next)?.end <= at {
            self.next += 1;
        }
        let run = self.runs[self.next];
        if at < run.start {
            return None;
        }
        self.next += 1;
        let passed = memchr::memchr_iter(b',', &block[run.start..at]).count();
        Some(Found { numbers: &self.numbers[run.first + passed..run.last], bytes: run.end - at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_what_stands_between_two_commas() {
        let text = format!("7],\n\"a\":[5,{}-3,{}\"x\",8,9]", "10, 20,\n30,".repeat(9), "4,".repeat(50));
        let block = text.as_bytes();
        let mut ahead = Ahead::default();
        ahead.scan(block);
        let begin = text.find("10").unwrap();
        let found = ahead.take(block, begin).expect("a run");
        assert_eq!(found.numbers[..4], [10, 20, 30, 10]);
        let end = begin + found.bytes;
        assert_eq!(block[end - 1], b',');
        let commas = text[begin..end].matches(',').count();
        assert_eq!(found.numbers.len(), commas);
        assert!(ahead.take(block, begin).is_none(), "each run once");
        let begin = text.find("4,4").unwrap() + 4;
        let found = ahead.take(block, begin).expect("the run behind -3, from its third number");
        assert!(found.numbers.iter().all(|number| *number == 4), "{:?}", found.numbers);
        assert_eq!(found.numbers.len() * 2, found.bytes);
        assert!(ahead.take(block, block.len() - 1).is_none());
    }

    #[test]
    fn a_block_of_text_is_left_alone() {
        let mut ahead = Ahead::default();
        ahead.scan(b"\"a\",\"b\",\"c\",".repeat(10_000).as_slice());
        assert!(ahead.runs.is_empty());
        ahead.scan(b"");
        assert!(ahead.take(b"", 0).is_none());
    }
}
