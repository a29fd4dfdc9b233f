//! The addresses of a snapshot's objects, from V8's own table. It is found in the memory of the
//! process in which V8 writes, while it does.
//!
//! V8 numbers objects in one array of records of 24 bytes: id (`u32`), address (`u64`), size (`u32`), each at a
//! multiple of eight bytes. Ids ascend: odd ones for objects of the heap, even ones for native objects, each in their
//! own series. No exported symbol leads to that array, so it is found by its pattern. The caller, who knows the
//! snapshot, decides whether it is the right array.

use super::process_memory::{self, Whose};
use std::ops::Range;

/// Bytes of one record.
const RECORD: usize = 24;
const PAGE: u64 = 4096;
/// Records that have to fit at the start of a page before the whole run is read.
const PROBED: usize = 5;
/// A record may begin at 0, 8 or 16 bytes after the start of a page.
const PROBE: usize = RECORD * PROBED + 16;
/// Pages asked for in one system call: the most that Linux takes.
const BATCH: usize = 1024;
/// Read at a time once a run is found; a multiple of [`RECORD`].
const BLOCK: usize = RECORD * 32_768;
/// Shorter runs are chance.
const SHORTEST: usize = 256;
/// Ids that V8 gave up between two records that remain.
const ID_GAP: u32 = 1 << 24;
/// User space ends here on every processor with four levels of page tables.
const ADDRESS_LIMIT: u64 = 1 << 47;
/// Runs that are handed on, longest first.
const KEPT: usize = 4;

/// One run of records that looks like V8's table.
///
/// # Shapes
/// One row per record in V8's order: odd ids ascend, and even ids ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub id: Vec<u32>,
    pub address: Vec<u64>,
    /// Bytes.
    pub size: Vec<u32>,
}

impl Records {
    pub fn count(&self) -> usize {
        self.id.len()
    }

    fn push(&mut self, record: Record) {
        self.id.push(record.id);
        self.address.push(record.address);
        self.size.push(record.size);
    }
}

/// Every run in the private writable memory of a process that may be V8's table, longest first.
///
/// Call it once the graph is built, that is when the first byte of the snapshot arrives, on any thread. Memory that
/// goes away meanwhile is skipped; nothing here can fault.
///
/// # Cost
/// One short read for each page of 4 KiB, and one pass over the runs that are found.
pub(super) fn find(whose: Whose) -> Vec<Records> {
    let mut found = runs(whose);
    found.sort_by_key(|run: &Records| std::cmp::Reverse(run.count()));
    found.truncate(KEPT);
    found
}

fn runs(whose: Whose) -> Vec<Records> {
    let mut found = Vec::new();
    for mapping in process_memory::writable(whose) {
        in_mapping(whose, &mapping, &mut found);
    }
    found
}

#[derive(Clone, Copy, Debug)]
struct Record {
    id: u32,
    address: u64,
    size: u32,
}

impl Record {
    fn read(bytes: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        Record { id: word(0), address: u64::from(word(8)) | u64::from(word(12)) << 32, size: word(16) }
    }

    /// Nearly every record passes. A few hold a number that is no address of the heap.
    fn is_plain(self) -> bool {
        self.id != 0
            && self.address >= PAGE
            && self.address % 8 == 0
            && self.address < ADDRESS_LIMIT
            && self.size < 1 << 31
    }
}

/// The last id of each series.
#[derive(Clone, Copy)]
struct Series {
    last: [u32; 2],
}

impl Series {
    /// Takes the next id upwards; false when the series ends.
    fn up(&mut self, record: Record) -> bool {
        let last = &mut self.last[(record.id & 1) as usize];
        let follows = record.id > *last
            && (*last == 0 || record.id - *last <= ID_GAP)
            && record.address < ADDRESS_LIMIT
            && record.id != 0;
        *last = record.id;
        follows
    }

    /// The same downwards, from the start of a run.
    fn down(&mut self, record: Record) -> bool {
        let last = &mut self.last[(record.id & 1) as usize];
        let follows = record.id != 0
            && (*last == 0 || record.id < *last && *last - record.id <= ID_GAP)
            && record.address < ADDRESS_LIMIT;
        *last = record.id;
        follows
    }
}

fn in_mapping(whose: Whose, mapping: &Range<u64>, found: &mut Vec<Records>) {
    let mut probes = vec![0; BATCH * PROBE];
    let mut page = mapping.start;
    while page < mapping.end {
        let count = usize::try_from((mapping.end - page) / PAGE).unwrap_or(BATCH).min(BATCH);
        let read = process_memory::read_starts(whose, page, PAGE, PROBE, count, &mut probes);
        let mut next = page + PAGE * (read as u64).max(1);
        for index in 0..read {
            let at = page + PAGE * index as u64;
            let Some(phase) = probe(&probes[index * PROBE..(index + 1) * PROBE]) else { continue };
            let (run, end) = whole_run(whose, at + phase, mapping);
            if run.count() >= SHORTEST {
                found.push(run);
                // Nothing else begins inside of it.
                next = (end / PAGE * PAGE).max(at + PAGE);
                break;
            }
        }
        page = next;
    }
}

/// Where records begin in these bytes, when they do.
fn probe(bytes: &[u8]) -> Option<u64> {
    [0usize, 8, 16]
        .into_iter()
        .find(|phase| {
            let mut series = Series { last: [0, 0] };
            let mut before = 0;
            (0..PROBED).all(|index| {
                let record = Record::read(&bytes[phase + index * RECORD..]);
                let other = std::mem::replace(&mut before, record.address) != record.address;
                other && record.is_plain() && series.up(record)
            })
        })
        .map(|phase| phase as u64)
}

/// All records around the one at `middle`, and the address after the last.
///
/// Older contents of this memory may follow the table and look like more of it: ids of no object of this snapshot, as
/// ids ascend.
fn whole_run(whose: Whose, middle: u64, mapping: &Range<u64>) -> (Records, u64) {
    let mut block = vec![0; BLOCK];
    let mut before = Vec::new();
    let mut start = middle;
    let first = process_memory::read(whose, middle, &mut block[..RECORD]);
    if first < RECORD {
        return (Records::default(), middle);
    }
    // The first record sets the bound for its own series; the other has none yet.
    let mut series = Series { last: [0, 0] };
    series.down(Record::read(&block));
    'back: while start - mapping.start >= RECORD as u64 {
        let room = ((start - mapping.start) / RECORD as u64 * RECORD as u64).min(BLOCK as u64);
        let piece = &mut block[..room as usize];
        if process_memory::read(whose, start - room, piece) < piece.len() {
            break;
        }
        for bytes in piece.rchunks_exact(RECORD) {
            let record = Record::read(bytes);
            if !series.down(record) {
                break 'back;
            }
            before.push(record);
            start -= RECORD as u64;
        }
    }
    let mut run = Records::default();
    let mut series = Series { last: [0, 0] };
    for record in before.into_iter().rev() {
        series.up(record);
        run.push(record);
    }
    let mut end = middle;
    'on: while end < mapping.end {
        let room = ((mapping.end - end) / RECORD as u64 * RECORD as u64).min(BLOCK as u64);
        let read = process_memory::read(whose, end, &mut block[..room as usize]);
        for bytes in block[..read].chunks_exact(RECORD) {
            let record = Record::read(bytes);
            if !series.up(record) {
                break 'on;
            }
            run.push(record);
            end += RECORD as u64;
        }
        if read < RECORD {
            break;
        }
    }
    (run, end)
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use super::*;

    fn bytes(records: impl Iterator<Item = (u32, u64, u32)>) -> Vec<u8> {
        // As in V8: a record of nothing stands first. What lies between the fields is noise.
        let mut bytes = vec![0u8; 16 + RECORD];
        for (id, address, size) in records {
            bytes.extend(id.to_le_bytes());
            bytes.extend(0xdead_u32.to_le_bytes());
            bytes.extend(address.to_le_bytes());
            bytes.extend(size.to_le_bytes());
            bytes.extend(0x7f00_u32.to_le_bytes());
        }
        bytes
    }

    /// Records with a mark of their own, so that tables of other tests are not taken for it.
    fn check_found(mark: u64, records: &[(u32, u64, u32)]) {
        let memory = bytes(records.iter().copied());
        // Other tests have tables of their own, and memory that was given back still holds the start of this one.
        let rows_of = |run: &Records| {
            (0..run.count()).map(|row| (run.id[row], run.address[row], run.size[row])).collect::<Vec<_>>()
        };
        let runs: Vec<_> = runs(Whose::own()).iter().filter(|run| run.address.contains(&mark)).map(rows_of).collect();
        let counts: Vec<_> = runs.iter().map(Vec::len).collect();
        assert!(runs.iter().any(|rows| rows.starts_with(records)), "{counts:?} rows, not {}", records.len());
        drop(std::hint::black_box(memory));
    }

    #[test]
    fn the_table_is_found_with_native_objects_gaps_and_odd_addresses() {
        // One large enough to be read in several blocks.
        let mark = 0x7e57_0000_1000;
        let plain: Vec<_> = (0..90_000u32).map(|row| (61 + row * 2, mark + u64::from(row) * 32, 32)).collect();
        check_found(mark, &plain);
        let mark = 0x7e58_0000_1000;
        let mixed: Vec<_> = (0..20_000u32)
            .map(|row| match row {
                // A native object, one at an odd address, one that is dead, one after a gap.
                _ if row % 1000 == 999 => (row / 1000 * 2 + 2, mark + u64::from(row) * 16, 8),
                7_777 => (61 + row * 2, 0x1234_5671, 0),
                8_888 => (61 + row * 2, 0, 24),
                _ if row > 15_000 => (4061 + row * 2, mark + u64::from(row) * 16, 16),
                _ => (61 + row * 2, mark + u64::from(row) * 16, 16),
            })
            .collect();
        check_found(mark, &mixed);
    }

    #[test]
    fn no_table_is_seen_where_there_is_none() {
        let descending = bytes((0..PROBED as u32 + 3).map(|row| (99 - row * 2, 0x7000_0000 + u64::from(row) * 8, 16)));
        let same = bytes((0..PROBED as u32 + 3).map(|row| (61, 0x7000_0000 + u64::from(row) * 8, 16)));
        let crooked = bytes((0..PROBED as u32 + 3).map(|row| (61 + 2 * row, 0x7000_0001 + u64::from(row), 16)));
        for memory in [vec![0; 400], vec![0xff; 400], descending, same, crooked] {
            for start in (0..40).step_by(8) {
                assert_eq!(probe(&memory[start..start + PROBE]), None);
            }
        }
    }
}
