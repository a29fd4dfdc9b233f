//! Files of `/proc` about this process, or about a child of it. They have no length, and are read in one go.

use std::io;

/// Most kernels give a page of such a file at a time.
const PIECE: usize = 1 << 14;

/// Replaces what `bytes` holds by the whole of `path`. Memory that `bytes` has is used first.
pub(super) fn read_into(path: &str, bytes: &mut Vec<u8>) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, open};
    bytes.clear();
    let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    loop {
        let filled = bytes.len();
        bytes.resize(filled + PIECE, 0);
        let count = match rustix::io::read(&file, &mut bytes[filled..]) {
            Err(rustix::io::Errno::INTR) => 0,
            Err(error) => return Err(error.into()),
            Ok(0) => {
                bytes.truncate(filled);
                return Ok(());
            }
            Ok(count) => count,
        };
        bytes.truncate(filled + count);
    }
}

/// The first `length` bytes of the program that `path` leads to.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
pub(super) fn first_bytes(path: &str, length: usize) -> io::Result<Vec<u8>> {
    use rustix::fs::{Mode, OFlags, open};
    let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let mut bytes = vec![0; length];
    match rustix::io::pread(&file, &mut bytes, 0)? {
        count if count == length => Ok(bytes),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Writes a few bytes, in one go.
pub(super) fn write(path: &str, bytes: &[u8]) -> io::Result<()> {
    use rustix::fs::{Mode, OFlags, open};
    let file = open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, bytes)?;
    Ok(())
}

/// Bytes that a line such as `VmData:    123 kB` of `/proc/…/status` tells.
pub(super) fn status_bytes(status: &[u8], key: &str) -> Option<u64> {
    let line = status.split(|byte| *byte == b'\n').find(|line| line.starts_with(key.as_bytes()))?;
    let digits: Vec<u8> = line[key.len()..].iter().copied().filter(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_and_its_lines_are_found() {
        let mut status = b"old".to_vec();
        read_into("/proc/self/status", &mut status).expect("it is there");
        assert!(status.starts_with(b"Name:"));
        assert!(status_bytes(&status, "VmData:").is_some_and(|bytes| bytes > 4096));
        assert_eq!(status_bytes(b"A: 1 kB\nVmData:\t   17 kB\nB: 2 kB\n", "VmData:"), Some(17 * 1024));
        assert_eq!(status_bytes(b"A: 1 kB\n", "VmData:"), None);
        assert!(read_into("/proc/self/no-such-file", &mut status).is_err());
    }
}
