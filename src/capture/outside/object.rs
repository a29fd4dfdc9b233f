//! Programs and libraries in the memory of another process, and the addresses of their functions. Everything is read
//! from memory: the files may be gone, or lie in a file system that this process does not see.

use super::memory::Memory;
use crate::error::Result;
use std::ops::Range;

const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const PT_NOTE: u32 = 4;
const DT_HASH: u64 = 4;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_SONAME: u64 = 14;
const DT_GNU_HASH: u64 = 0x6fff_fef5;
const SYMBOL: u64 = 24;
/// Most that is read of a table before it is taken for damaged.
const MAX_HEADERS: u64 = 64;
const MAX_DYNAMIC: u64 = 256;
const MAX_CHAIN: u32 = 1 << 12;
const MAX_NOTES: u64 = 1 << 16;
const MAX_NAME: usize = 512;

/// A line of `/proc/PID/maps`.
#[derive(Clone, Debug)]
pub(in crate::capture) struct Line {
    pub range: Range<u64>,
    pub access: [u8; 4],
    pub offset: u64,
    pub has_file: bool,
    pub name: String,
}

/// The mappings that `maps` lists.
pub(super) fn lines(maps: &[u8]) -> Vec<Line> {
    String::from_utf8_lossy(maps).lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let mut fields = text.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let number = |digits: &str| u64::from_str_radix(digits, 16).ok();
    let range = number(start)?..number(end)?;
    let access = fields.next()?.as_bytes().try_into().ok()?;
    let offset = number(fields.next()?)?;
    let has_file = fields.nth(1)? != "0";
    let name = fields.next().unwrap_or_default().trim_start().to_owned();
    Some(Line { range, access, offset, has_file, name })
}

/// What begins a mapping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Bits64,
    Bits32,
    Other,
}

pub(super) fn kind(memory: &dyn Memory, address: u64) -> Kind {
    let mut head = [0; 20];
    let is_read = memory.read(address, &mut head).is_ok();
    const X86_64: [u8; 2] = [62, 0];
    match (is_read && head.starts_with(b"\x7fELF"), head[4]) {
        (true, 2) if head[18..] == X86_64 => Kind::Bits64,
        (true, 1) => Kind::Bits32,
        _ => Kind::Other,
    }
}

pub(super) struct Object {
    pub path: String,
    pub address: u64,
    /// By how much its addresses are higher than its file says.
    bias: u64,
    pub build_id: Option<String>,
    pub name: String,
    symbols: u64,
    strings: u64,
    gnu_hash: u64,
    hash: u64,
}

impl Object {
    /// The object that begins at this line; `None` when there is none.
    pub fn read(memory: &dyn Memory, line: &Line) -> Option<Self> {
        (kind(memory, line.range.start) == Kind::Bits64).then(|| Self::parse(memory, line).ok()).flatten()
    }

    fn parse(memory: &dyn Memory, line: &Line) -> Result<Self> {
        let start = line.range.start;
        let at = memory.u64(start + 32)?;
        let count = u64::from(memory.u32(start + 56)? & 0xffff).min(MAX_HEADERS);
        // Kind, address in the file's view, and size of each segment.
        let mut segments = Vec::new();
        for index in 0..count {
            let header = start.wrapping_add(at).wrapping_add(index * 56);
            let (kind, address, size) =
                (memory.u32(header)?, memory.u64(header.wrapping_add(16))?, memory.u64(header.wrapping_add(40))?);
            segments.push((kind, address, size));
        }
        let lowest = segments.iter().filter(|segment| segment.0 == PT_LOAD).map(|segment| segment.1).min();
        let bias = start.wrapping_sub(lowest.unwrap_or(0) & !0xfff);
        let (path, name) = (line.name.clone(), String::new());
        let mut object =
            Object { path, address: start, bias, build_id: None, name, symbols: 0, strings: 0, gnu_hash: 0, hash: 0 };
        let mut soname = None;
        for (_, address, size) in segments.iter().filter(|segment| segment.0 == PT_DYNAMIC) {
            for index in 0..(size / 16).min(MAX_DYNAMIC) {
                let entry = bias.wrapping_add(*address).wrapping_add(index * 16);
                let (tag, value) = (memory.u64(entry)?, memory.u64(entry.wrapping_add(8))?);
                // The C library writes absolute addresses here, where it may.
                let place = if value < start { bias.wrapping_add(value) } else { value };
                match tag {
                    0 => break,
                    DT_HASH => object.hash = place,
                    DT_STRTAB => object.strings = place,
                    DT_SYMTAB => object.symbols = place,
                    DT_GNU_HASH => object.gnu_hash = place,
                    DT_SONAME => soname = Some(value),
                    _ => {}
                }
            }
        }
        if let Some(soname) = soname {
            object.name = text(memory, object.strings.wrapping_add(soname))?;
        }
        for (_, address, size) in segments.iter().filter(|segment| segment.0 == PT_NOTE) {
            let notes = memory.bytes(bias.wrapping_add(*address), (*size).min(MAX_NOTES) as usize)?;
            object.build_id = object.build_id.or_else(|| super::super::freeze::build_id(&notes));
        }
        Ok(object)
    }

    /// The address of a function or variable that it has.
    pub fn find(&self, memory: &dyn Memory, symbol: &str) -> Option<u64> {
        let found = if self.gnu_hash != 0 { self.by_gnu_hash(memory, symbol) } else { self.by_hash(memory, symbol) };
        found.ok().flatten()
    }

    fn by_gnu_hash(&self, memory: &dyn Memory, symbol: &str) -> Result<Option<u64>> {
        let wanted = symbol.bytes().fold(5381_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(u32::from(byte)));
        let table = self.gnu_hash;
        let [buckets, first, filter] = [0, 4, 8].map(|at| memory.u32(table.wrapping_add(at)));
        let (buckets, first, filter) = (u64::from(buckets?), first?, u64::from(filter?));
        if buckets == 0 {
            return Ok(None);
        }
        let start = table.wrapping_add(16 + filter * 8);
        let chains = start.wrapping_add(buckets * 4);
        let mut index = memory.u32(start.wrapping_add(u64::from(wanted) % buckets * 4))?;
        if index < first {
            return Ok(None);
        }
        for _ in 0..MAX_CHAIN {
            let hash = memory.u32(chains.wrapping_add(u64::from(index.wrapping_sub(first)) * 4))?;
            if hash | 1 == wanted | 1
                && let Some(address) = self.symbol(memory, index, symbol)?
            {
                return Ok(Some(address));
            }
            if hash & 1 == 1 {
                break;
            }
            index = index.wrapping_add(1);
        }
        Ok(None)
    }

    /// Of the vdso, which has few.
    fn by_hash(&self, memory: &dyn Memory, symbol: &str) -> Result<Option<u64>> {
        let count = if self.hash == 0 { 0 } else { memory.u32(self.hash.wrapping_add(4))?.min(MAX_CHAIN) };
        for index in 1..count {
            if let Some(address) = self.symbol(memory, index, symbol)? {
                return Ok(Some(address));
            }
        }
        Ok(None)
    }

    fn symbol(&self, memory: &dyn Memory, index: u32, symbol: &str) -> Result<Option<u64>> {
        let entry = self.symbols.wrapping_add(u64::from(index) * SYMBOL);
        let (name, section) = (memory.u32(entry)?, memory.u32(entry.wrapping_add(4))? >> 16);
        let value = memory.u64(entry.wrapping_add(8))?;
        let is_it = section != 0 && value != 0 && text(memory, self.strings.wrapping_add(u64::from(name)))? == symbol;
        Ok(is_it.then(|| self.bias.wrapping_add(value)))
    }
}

/// The text at an address, up to its zero.
fn text(memory: &dyn Memory, mut address: u64) -> Result<String> {
    let mut bytes = Vec::new();
    while bytes.len() < MAX_NAME {
        // Not beyond the end of a page, behind which there may be none.
        let piece = memory.bytes(address, (64 - address % 64) as usize)?;
        let end = memchr::memchr(0, &piece);
        bytes.extend_from_slice(&piece[..end.unwrap_or(piece.len())]);
        if end.is_some() {
            break;
        }
        address = address.wrapping_add(piece.len() as u64);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::memory::Remote;
    use super::*;

    #[test]
    fn functions_of_this_process_are_where_the_loader_has_put_them() {
        let memory = Remote::open(std::process::id() as i32, false).expect("it is this process");
        let maps = std::fs::read("/proc/self/maps").expect("it is there");
        let objects: Vec<Object> = lines(&maps)
            .iter()
            .filter(|line| line.offset == 0 || line.name == "[vdso]")
            .filter_map(|line| Object::read(&memory, line))
            .collect();
        let libc = objects.iter().find(|object| object.name == "libc.so.6").expect("it is linked");
        for (name, address) in
            [("brk", libc::brk as *const () as usize), ("getpid", libc::getpid as *const () as usize)]
        {
            assert_eq!(libc.find(&memory, name), Some(address as u64), "{name}");
        }
        assert_eq!(libc.find(&memory, "no_such_function"), None);
        assert!(libc.build_id.is_some());
        let vdso = objects.iter().find(|object| object.path == "[vdso]").expect("the kernel gives one");
        assert!(vdso.find(&memory, "__vdso_clock_gettime").is_some());
    }

    #[test]
    fn a_damaged_object_has_no_functions() {
        let mut bytes = vec![0xff_u8; 8192];
        bytes[..5].copy_from_slice(b"\x7fELF\x02");
        bytes[18..20].copy_from_slice(&[62, 0]);
        let memory = Remote::open(std::process::id() as i32, false).expect("it is this process");
        let start = bytes.as_ptr() as u64;
        let line = Line { range: start..start + 8192, access: *b"r--p", offset: 0, has_file: true, name: "x".into() };
        assert!(Object::read(&memory, &line).is_none_or(|object| object.find(&memory, "brk").is_none()));
    }
}
