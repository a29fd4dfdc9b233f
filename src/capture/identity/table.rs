//! The file beside a snapshot that lets the next one of the same process use its ids: `X.ids`.
//!
//! It holds addresses of the process and hashes of its texts, so it is as private as the snapshot.

use super::heap_key::HeapKey;
use super::rows::{Rows, stretch};
use crate::archive::{Codec, FileWriter, Source, read};
use crate::control::Control;
use crate::error::Result;
use crate::hash::mix;
use crate::ordinal::NO_NODE;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::Path;

const MAGIC: &[u8; 16] = b"heaphound ids 5\n";
/// A row takes at least this many bytes; a file that claims more rows than it can hold is damaged.
const SMALLEST_ROW: usize = 14;
/// Ids are 32 bits wide in V8 and in DevTools.
pub const LAST_ID: u64 = u32::MAX as u64 - 1;

/// Names of sets of ids that can be compared with each other.
pub type Space = String;

/// A new name that nothing else has.
pub fn new_space() -> Space {
    use std::hash::{BuildHasher, Hasher};
    // Seeded by the system; the second one is another draw of the same generator, the clock sets forked children of it
    // apart.
    let random = || {
        let mut hasher = std::hash::RandomState::new().build_hasher();
        hasher.write_u32(std::process::id());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        hasher.write_u128(now.as_nanos());
        hasher.finish()
    };
    format!("{:016x}{:016x}", random(), random())
}

/// Tells whether two secrets are the same, and neither of them.
pub(super) fn mark_of(secret: u64) -> u64 {
    let digest = Sha256::digest(secret.to_le_bytes());
    u64::from_le_bytes(digest[..8].try_into().expect("it has 32 bytes"))
}

/// The objects of a snapshot: their addresses, their new ids, and the facts that tell them apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    pub space: Space,
    pub heap: HeapKey,
    /// What [`mark_of`] gives for the secret in the hashes of texts: texts of another secret are never the same.
    pub mark: u64,
    /// The next ids that were never used: of native objects (even), of objects of the heap (odd).
    pub next: [u64; 2],
    pub rows: Rows,
}

#[derive(Serialize, Deserialize)]
struct Head {
    space: Space,
    heap: HeapKey,
    mark: u64,
    next: [u64; 2],
    rows: usize,
    texts: usize,
    children: usize,
}

impl Table {
    /// Makes the private file `path`.
    ///
    /// # Errors
    /// The errors of [`FileWriter`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let mut writer = FileWriter::create(path, Codec::Zstd)?;
        writer.write(&self.to_bytes())?;
        writer.finish().map(|_| ())
    }

    /// The table in `path`, when it is of `heap` with this `secret`, and whole; else why not, in a few words.
    pub fn load(path: &Path, heap: &HeapKey, secret: u64) -> std::result::Result<Self, String> {
        let mut bytes = Vec::new();
        let keep = &mut |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        read(Source::Path(path.into()), &Control::new(), keep)
            .map_err(|error| format!("the id table of the last capture cannot be read: {error}"))?;
        let table = Self::of_bytes(&bytes).ok_or("the id table of the last capture is damaged")?;
        if table.heap.pid != heap.pid || table.heap.started != heap.started {
            return Err("the id table is of another process".into());
        }
        if table.heap.thread != heap.thread {
            return Err("the id table is of another thread".into());
        }
        if table.heap.node != heap.node {
            return Err("the id table is of another version of Node".into());
        }
        if table.mark != mark_of(secret) {
            let why = "the id table was made with another secret: one of the two captures was made from outside";
            return Err(why.into());
        }
        Ok(table)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let rows = &self.rows;
        let head = Head {
            space: self.space.clone(),
            heap: self.heap.clone(),
            mark: self.mark,
            next: self.next,
            rows: rows.len(),
            texts: rows.texts.len(),
            children: rows.children.len(),
        };
        let head = serde_json::to_vec(&head).expect("texts and numbers can be written");
        let mut out = MAGIC.to_vec();
        out.extend((head.len() as u32).to_le_bytes());
        out.extend(head);
        let mut last = 0;
        for address in &rows.address {
            put(address - last, &mut out);
            last = *address;
        }
        let mut last = 0i64;
        for id in &rows.id {
            let step = i64::from(*id) - last;
            put((step << 1 ^ step >> 63) as u64, &mut out);
            last = i64::from(*id);
        }
        for column in [&rows.class, &rows.owner, &rows.owner_edge] {
            out.extend(column.iter().flat_map(|value| value.to_le_bytes()));
        }
        for starts in [&rows.text_start, &rows.child_start] {
            out.extend((0..rows.len()).map(|row| stretch(starts, row).len() as u8));
        }
        out.extend(rows.texts.iter().flat_map(|value| value.to_le_bytes()));
        out.extend(rows.children.iter().flat_map(|value| value.to_le_bytes()));
        out.extend(checksum(&out).to_le_bytes());
        out
    }

    /// `None` for anything that [`Table::to_bytes`] did not make.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<8>()?;
        if checksum(bytes) != u64::from_le_bytes(*sum) {
            return None;
        }
        let mut bytes = Bytes(bytes.strip_prefix(MAGIC)?);
        let length = u32::from_le_bytes(bytes.take(4)?.try_into().ok()?);
        let head: Head = serde_json::from_slice(bytes.take(length as usize)?).ok()?;
        let count = head.rows;
        if count.checked_mul(SMALLEST_ROW)? > bytes.0.len() {
            return None;
        }
        let mut rows = Rows { address: Vec::with_capacity(count), id: Vec::with_capacity(count), ..Rows::default() };
        let mut last = 0u64;
        for row in 0..count {
            let step = bytes.number()?;
            last = last.checked_add(step).filter(|_| step > 0 || row == 0)?;
            rows.address.push(last);
        }
        let mut last = 0i64;
        for _ in 0..count {
            let step = bytes.number()?;
            last = last.checked_add((step >> 1) as i64 ^ -((step & 1) as i64))?;
            rows.id.push(u32::try_from(last).ok()?);
        }
        rows.class = bytes.column(count)?;
        rows.owner = bytes.column(count)?;
        rows.owner_edge = bytes.column(count)?;
        rows.text_start = bytes.starts(count)?;
        rows.child_start = bytes.starts(count)?;
        let texts = bytes.take(head.texts.checked_mul(8)?)?.chunks_exact(8);
        rows.texts = texts.map(|eight| u64::from_le_bytes(eight.try_into().expect("eight bytes"))).collect();
        rows.children = bytes.column(head.children)?;
        let whole = bytes.0.is_empty()
            && rows.text_start[count] as usize == head.texts
            && rows.child_start[count] as usize == head.children
            && rows.owner.iter().all(|owner| *owner == NO_NODE || (*owner as usize) < count)
            && head.next[0] % 2 == 0
            && head.next[1] % 2 == 1;
        whole.then_some(Table { space: head.space, heap: head.heap, mark: head.mark, next: head.next, rows })
    }
}

/// The bytes of a file that have not been read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// Where each row's part of a column begins, from how long each is.
    fn starts(&mut self, count: usize) -> Option<Vec<u32>> {
        let mut starts = vec![0u32];
        for length in self.take(count)? {
            starts.push(starts[starts.len() - 1].checked_add(u32::from(*length))?);
        }
        Some(starts)
    }

    fn column(&mut self, count: usize) -> Option<Vec<u32>> {
        let bytes = self.take(count.checked_mul(4)?)?;
        Some(bytes.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes"))).collect())
    }
}

/// LEB128.
fn put(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Against chance, not against people: who can write the file can do worse.
fn checksum(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(8).map(|piece| {
        let mut word = [0; 8];
        word[..piece.len()].copy_from_slice(piece);
        u64::from_le_bytes(word)
    });
    words.fold(bytes.len() as u64, mix)
}

#[cfg(test)]
mod tests {
    use super::super::rows::Items;
    use super::*;

    const SECRET: u64 = 77;

    fn heap() -> HeapKey {
        HeapKey { pid: 7, started: 99, thread: 0, node: "v26.0.0".into() }
    }

    fn table() -> Table {
        let mut rows = Rows::default();
        for row in 0..50u32 {
            let texts: Vec<u64> = (0..row % 4).map(|n| u64::from(n * 1000 + row) << 20).collect();
            let items = Items { texts, children: if row % 3 == 0 { vec![5] } else { vec![] } };
            let owner = (if row == 0 { NO_NODE } else { row / 2 }, row * 7);
            rows.push(0x7f00_0000_0000 + u64::from(row) * 40, 3000 - row * 2 + 1, row ^ 0xffff, owner, &items);
        }
        Table { space: new_space(), heap: heap(), mark: mark_of(SECRET), next: [40, 4001], rows }
    }

    #[test]
    fn what_is_written_is_read() {
        let table = table();
        let bytes = table.to_bytes();
        assert_eq!(Table::of_bytes(&bytes).as_ref(), Some(&table));
        assert_eq!(table.rows.items(3), (&[3 << 20, 1003 << 20, 2003 << 20][..], &[5][..]));
        let empty = Table { rows: Rows::default(), ..table };
        assert_eq!(Table::of_bytes(&empty.to_bytes()), Some(empty));
    }

    #[test]
    fn damage_anywhere_is_refused() {
        let bytes = table().to_bytes();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x11;
            assert_eq!(Table::of_bytes(&damaged), None, "damage at {at}");
            assert_eq!(Table::of_bytes(&bytes[..at]), None, "cut at {at}");
        }
        // The same with a checksum that fits: no panic, no huge allocation.
        for at in 0..bytes.len() - 8 {
            for flip in [1, 0x80, 0xff] {
                let mut damaged = bytes[..bytes.len() - 8].to_vec();
                damaged[at] ^= flip;
                let sum = checksum(&damaged);
                damaged.extend(sum.to_le_bytes());
                _ = Table::of_bytes(&damaged);
            }
        }
    }

    #[test]
    fn spaces_differ() {
        assert_ne!(new_space(), new_space());
        assert_eq!(new_space().len(), 32);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_table_of_another_heap_is_refused() {
        let path = std::env::temp_dir().join(format!("heaphound-table-{}.ids", std::process::id()));
        _ = std::fs::remove_file(&path);
        let table = table();
        table.save(&path).expect("room");
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o600);
        assert_eq!(Table::load(&path, &heap(), SECRET), Ok(table));
        for (other, why) in [
            (HeapKey { pid: 8, ..heap() }, "process"),
            (HeapKey { started: 100, ..heap() }, "process"),
            (HeapKey { thread: 1, ..heap() }, "thread"),
            (HeapKey { node: "v24.0.0".into(), ..heap() }, "Node"),
        ] {
            assert!(Table::load(&path, &other, SECRET).is_err_and(|reason| reason.contains(why)));
        }
        assert!(Table::load(&path, &heap(), SECRET + 1).is_err_and(|reason| reason.contains("another secret")));
        let mut stored = std::fs::read(&path).expect("it is there");
        let middle = stored.len() / 2;
        stored[middle] ^= 1;
        std::fs::write(&path, stored).expect("room");
        assert!(Table::load(&path, &heap(), SECRET).is_err());
        std::fs::remove_file(&path).expect("ours");
        assert!(Table::load(&path, &heap(), SECRET).is_err_and(|reason| reason.contains("cannot be read")));
        let this = HeapKey::of_this(3, "v1").expect("Linux says");
        assert!(this.started > 0 && this.pid == std::process::id());
    }
}
