//! Reads `smaps` of a process mapping by mapping, in memory that was there before: the reader's own memory is what is
//! being written.

use rustix::io::Errno;
use std::os::fd::OwnedFd;

/// A line is never longer: a path has at most 4096 bytes, and each may be written with four.
const BUFFER: usize = 1 << 16;
pub(super) const MAX_NAME: usize = 4096;

/// A mapping of the process.
pub(super) struct Entry {
    pub start: u64,
    pub end: u64,
    pub protection: u32,
    pub is_shared: bool,
    pub offset: u64,
    pub has_file: bool,
    /// Some of its pages are in memory or swapped out.
    pub has_pages: bool,
    pub key: u32,
    name: [u8; MAX_NAME],
    name_length: usize,
}

impl Entry {
    const NONE: Entry = Entry {
        start: 0,
        end: 0,
        protection: 0,
        is_shared: false,
        offset: 0,
        has_file: false,
        has_pages: false,
        key: 0,
        name: [0; MAX_NAME],
        name_length: 0,
    };

    pub fn name(&self) -> &[u8] {
        &self.name[..self.name_length]
    }

    /// A line such as `7f0000000000-7f0000040000 rw-p 00000000 00:00 0   [heap]`.
    fn read(&mut self, line: &[u8]) -> Option<()> {
        let mut fields = line.splitn(6, |byte| *byte == b' ');
        let range = fields.next()?;
        let dash = memchr::memchr(b'-', range)?;
        (self.start, self.end) = (hexadecimal(&range[..dash])?, hexadecimal(&range[dash + 1..])?);
        let access = fields.next()?;
        let bit = |at: usize, letter: u8, value: u32| if access.get(at) == Some(&letter) { value } else { 0 };
        self.protection = bit(0, b'r', 1) | bit(1, b'w', 2) | bit(2, b'x', 4);
        self.is_shared = access.get(3) == Some(&b's');
        self.offset = hexadecimal(fields.next()?)?;
        self.has_file = fields.nth(1)? != b"0";
        let name = fields.next().unwrap_or_default().trim_ascii_start();
        self.name_length = name.len().min(MAX_NAME);
        self.name[..self.name_length].copy_from_slice(&name[..self.name_length]);
        (self.has_pages, self.key) = (false, 0);
        Some(())
    }

    /// A line such as `Rss:   12 kB`.
    fn note(&mut self, line: &[u8]) {
        let value = |key: &[u8]| line.strip_prefix(key).map(decimal);
        self.has_pages |= value(b"Rss:").or_else(|| value(b"Swap:")).is_some_and(|kilobytes| kilobytes > 0);
        if let Some(key) = value(b"ProtectionKey:") {
            self.key = u32::try_from(key).unwrap_or(0);
        }
    }
}

pub(super) struct Smaps {
    file: OwnedFd,
    buffer: Vec<u8>,
    /// What is read and not used.
    at: usize,
    filled: usize,
    current: Box<Entry>,
    next: Box<Entry>,
    has_next: bool,
    is_over: bool,
}

impl Smaps {
    /// `folder`: that of the process in `/proc`.
    pub fn open(folder: &str) -> Result<Self, Errno> {
        use rustix::fs::{Mode, OFlags, open};
        let file = open(format!("{folder}/smaps"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let (current, next) = (Box::new(Entry::NONE), Box::new(Entry::NONE));
        let buffer = vec![0; BUFFER];
        Ok(Smaps { file, buffer, at: 0, filled: 0, current, next, has_next: false, is_over: false })
    }

    /// The next mapping, in order of address.
    ///
    /// # Errors
    /// Those of reading, and [`Errno::BADMSG`] for a line that is none.
    pub fn next_entry(&mut self) -> Result<Option<&Entry>, Errno> {
        let mut has_current = std::mem::take(&mut self.has_next);
        if has_current {
            std::mem::swap(&mut self.current, &mut self.next);
        }
        while let Some((start, end)) = self.line()? {
            let line = &self.buffer[start..end];
            if !line.first().is_some_and(|first| first.is_ascii_digit() || first.is_ascii_lowercase()) {
                self.current.note(line);
            } else if has_current {
                self.next.read(line).ok_or(Errno::BADMSG)?;
                self.has_next = true;
                break;
            } else {
                self.current.read(line).ok_or(Errno::BADMSG)?;
                has_current = true;
            }
        }
        Ok(has_current.then_some(&*self.current))
    }

    /// The place of the next line in the buffer.
    fn line(&mut self) -> Result<Option<(usize, usize)>, Errno> {
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[self.at..self.filled]) {
                let start = self.at;
                self.at += length + 1;
                return Ok(Some((start, start + length)));
            }
            if self.is_over {
                return Ok(None);
            }
            self.buffer.copy_within(self.at..self.filled, 0);
            self.filled -= self.at;
            self.at = 0;
            if self.filled == self.buffer.len() {
                return Err(Errno::BADMSG);
            }
            match rustix::io::read(&self.file, &mut self.buffer[self.filled..]) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
                Ok(0) => self.is_over = true,
                Ok(count) => self.filled += count,
            }
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| Some((value << 4) | u64::from((*digit as char).to_digit(16)?)))
}

fn decimal(text: &[u8]) -> u64 {
    let digits = text.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_the_name() {
        let mut entry = Entry::NONE;
        let line = b"7f00-8000 r-xs 0000a000 08:01 1234                       /tmp/a b (deleted)";
        assert_eq!(entry.read(line), Some(()));
        assert_eq!((entry.start, entry.end, entry.protection, entry.offset), (0x7f00, 0x8000, 5, 0xa000));
        assert_eq!((entry.is_shared, entry.has_file, entry.name()), (true, true, &b"/tmp/a b (deleted)"[..]));
        assert_eq!(entry.read(b"7f00-8000 rw-p 00000000 00:00 0 "), Some(()));
        assert_eq!((entry.is_shared, entry.has_file, entry.name()), (false, false, &b""[..]));
        entry.note(b"Rss:                   4 kB");
        entry.note(b"ProtectionKey:         3");
        assert_eq!((entry.has_pages, entry.key), (true, 3));
        assert_eq!(entry.read(b"7f00 rw-p"), None);
        assert_eq!(entry.read(b"1-2 rw-p 0 00:00"), None);
    }

    #[test]
    fn the_mappings_of_this_process_are_all_there() {
        let mut smaps = Smaps::open("/proc/self").expect("it is there");
        let here = &raw const smaps as u64;
        let (mut last, mut has_stack, mut count) = (0, false, 0);
        while let Some(entry) = smaps.next_entry().expect("it is read") {
            assert!(entry.start >= last && entry.start < entry.end);
            last = entry.end;
            has_stack |= (entry.start..entry.end).contains(&here) && entry.has_pages;
            count += 1;
        }
        assert!(has_stack && count > 10, "{count}");
    }
}
