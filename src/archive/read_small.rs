//! Reads a whole small file: a script, a source map.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a regular file of at most `limit` bytes; `None` for anything else.
pub fn read_small(path: &Path, limit: u64) -> Option<Vec<u8>> {
    // Looked at by name first: opening a FIFO would wait for its writer.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    let about = file.metadata().ok()?;
    if !about.is_file() || about.len() > limit {
        return None;
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    u64::try_from(bytes.len()).is_ok_and(|length| length <= limit).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_regular_files_are_read() {
        let path = std::env::temp_dir().join(format!("heaphound-small-{}", std::process::id()));
        std::fs::write(&path, "abc").expect("the temporary folder can be written");
        assert_eq!(read_small(&path, 3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(read_small(&path, 2), None);
        std::fs::remove_file(&path).expect("it was made above");
        assert_eq!(read_small(&path, 3), None);
        assert_eq!(read_small(&std::env::temp_dir(), 3), None);
    }
}
