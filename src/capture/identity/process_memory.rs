//! Reads the memory of this process, or of a child of it, in a way that cannot fault: for memory that is gone it
//! returns an error, without a signal.

use std::ops::Range;

/// Whose memory it is: the number of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose(pub u32);

impl Whose {
    pub fn own() -> Self {
        Whose(std::process::id())
    }
}

/// Mappings that hold what `malloc` and V8 ask for: private, without a file, readable and writable; and the heap.
#[cfg(target_os = "linux")]
pub(super) fn writable(whose: Whose) -> Vec<Range<u64>> {
    let path = format!("/proc/{}/maps", whose.0);
    let maps = crate::archive::read_small(std::path::Path::new(&path), 1 << 26).unwrap_or_default();
    String::from_utf8_lossy(&maps).lines().filter_map(mapping).collect()
}

/// The range of a line of `/proc/PID/maps`, when it is such a mapping.
#[cfg(target_os = "linux")]
fn mapping(line: &str) -> Option<Range<u64>> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let private = words.next()?.starts_with("rw-p");
    let inode = words.nth(2)?;
    let name = words.next();
    // A thread's stack has no name; a mapping that was named by prctl has one in brackets.
    let fits = private && inode == "0" && name.is_none_or(|name| name == "[heap]" || name.starts_with("[anon"));
    let number = |hex| u64::from_str_radix(hex, 16).ok();
    fits.then_some(number(start)?..number(end)?)
}

/// Fills `into` from `address` on; returns how many bytes could be read.
#[cfg(target_os = "linux")]
pub(super) fn read(whose: Whose, address: u64, into: &mut [u8]) -> usize {
    let length = into.len();
    // A read that a hole ends gives nothing: callers want whole records.
    read_starts(whose, address, 0, length, 1, into) * length
}

/// Reads `length` bytes at `count` places, `step` apart, one after the other into `into`; returns how many were read
/// whole.
///
/// # Panics
/// When `into` is too short.
#[cfg(target_os = "linux")]
pub(super) fn read_starts(
    whose: Whose,
    address: u64,
    step: u64,
    length: usize,
    count: usize,
    into: &mut [u8],
) -> usize {
    assert!(into.len() >= length * count);
    if length == 0 {
        return 0;
    }
    let remote: Vec<libc::iovec> = (0..count as u64)
        .map(|index| libc::iovec { iov_base: (address + step * index) as *mut libc::c_void, iov_len: length })
        .collect();
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: length * count };
    // SAFETY: `local` is `into`, which is long enough and ours alone for the call; `remote` is only read, by the
    // kernel, which checks every page and stops at one that is not there.
    let read = unsafe { libc::process_vm_readv(whose.0 as i32, &local, 1, remote.as_ptr(), count as libc::c_ulong, 0) };
    usize::try_from(read).unwrap_or(0) / length
}

#[cfg(not(target_os = "linux"))]
pub(super) fn writable(_whose: Whose) -> Vec<Range<u64>> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn read(_whose: Whose, _address: u64, _into: &mut [u8]) -> usize {
    0
}

#[cfg(not(target_os = "linux"))]
pub(super) fn read_starts(
    _whose: Whose,
    _address: u64,
    _step: u64,
    _length: usize,
    _count: usize,
    _into: &mut [u8],
) -> usize {
    0
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn lines_of_maps_are_told_apart() {
        let range = Some(0x1000..0x3000);
        for (line, expected) in [
            ("1000-3000 rw-p 00000000 00:00 0", range.clone()),
            ("1000-3000 rw-p 00000000 00:00 0                          [heap]", range.clone()),
            ("1000-3000 rw-p 00000000 00:00 0                          [anon:v8]", range),
            ("1000-3000 rw-p 00000000 00:00 0                          [stack]", None),
            ("1000-3000 r--p 00000000 00:00 0", None),
            ("1000-3000 rw-s 00000000 00:00 0", None),
            ("1000-3000 rw-p 00000000 08:01 77                         /lib/x.so", None),
            ("", None),
            ("x-y rw-p 0 0 0", None),
        ] {
            assert_eq!(mapping(line), expected, "{line}");
        }
    }

    #[test]
    fn memory_is_read_and_what_is_not_there_is_said() {
        let here: Vec<u8> = (0..100).collect();
        let mut copy = [0; 30];
        let address = here.as_ptr() as u64;
        let own = Whose::own();
        assert_eq!(read(own, address + 10, &mut copy), 30);
        assert_eq!(copy[..], here[10..40]);
        assert_eq!(read_starts(own, address, 20, 10, 3, &mut copy), 3);
        assert_eq!((copy[0], copy[10], copy[20]), (0, 20, 40));
        assert_eq!(read(own, 8, &mut copy), 0);
        assert!(writable(own).iter().any(|range| range.contains(&address)));
    }
}
