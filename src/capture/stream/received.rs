//! A snapshot from another writer: another process, or V8 into a file of its own.

use super::completeness::Completeness;
use super::route::Captured;
use crate::archive::{Codec, FileWriter, Source, read};
use crate::control::Control;
use crate::error::Result;
use crate::format::Redactor;
use std::path::Path;

/// How the file is to be.
#[derive(Clone, Copy, Debug)]
pub struct Packing {
    pub codec: Codec,
    /// Stored bytes there may be.
    pub max_bytes: Option<u64>,
    /// With it, contents of strings are replaced: [`Redactor`].
    pub key: Option<[u8; 32]>,
}

/// Makes a private file `path` of the snapshot in `source`, which may be packed in any way.
///
/// # Cost
/// One pass; memory does not depend on the size of the snapshot.
/// # Errors
/// [`Error::Capture`](crate::error::Error::Capture) when the snapshot is not whole; those of [`read`] and of
/// [`FileWriter`]. There is no file then.
pub fn archive(source: Source, path: &Path, packing: &Packing, control: &Control) -> Result<Captured> {
    let mut writer = FileWriter::create(path, packing.codec)?.limited(packing.max_bytes);
    let mut completeness = Completeness::new();
    let mut redactor = packing.key.map(Redactor::new);
    let mut redacted = Vec::new();
    read(source, control, &mut |bytes| {
        let bytes = match &mut redactor {
            None => bytes,
            Some(redactor) => {
                redacted.clear();
                redactor.feed(bytes, &mut redacted)?;
                &redacted
            }
        };
        completeness.feed(bytes)?;
        writer.write(bytes)
    })?;
    let counts = completeness.finish()?;
    if let Some(redactor) = redactor {
        redactor.finish()?;
    }
    control.check()?;
    Ok(Captured { file: writer.finish()?, counts, ids: None })
}

/// Checks the snapshot in `source` without making a file: is it whole, and how long is it?
///
/// # Errors
/// As [`archive`].
pub fn check(source: Source, control: &Control) -> Result<(u64, super::Counts)> {
    let mut completeness = Completeness::new();
    let info = read(source, control, &mut |bytes| completeness.feed(bytes))?;
    Ok((info.raw_bytes, completeness.finish()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const SNAPSHOT: &[u8] =
        br#"{"snapshot":{"meta":{"node_fields":["id"],"edge_fields":["to"]},"node_count":2,"edge_count":0},
"nodes":[1,2],"edges":[],"strings":[]}"#;

    #[test]
    fn a_whole_snapshot_becomes_a_file_and_half_of_one_does_not() {
        let folder = std::env::temp_dir().join(format!("heaphound-received-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let path = folder.join("a.gz");
        let archive = |bytes: &[u8], most, control: &Control| {
            archive(
                Source::Bytes(bytes.to_vec()),
                &path,
                &Packing { codec: Codec::Gzip, max_bytes: most, key: None },
                control,
            )
            .map_err(|error| error.code())
        };
        let control = Control::new();
        for (bytes, most, code) in [
            (&SNAPSHOT[..SNAPSHOT.len() - 1], None, "HEAPHOUND_ERR_CAPTURE"),
            (&b""[..], None, "HEAPHOUND_ERR_CAPTURE"),
            (SNAPSHOT, Some(10), "HEAPHOUND_ERR_MAX_BYTES"),
        ] {
            assert_eq!(archive(bytes, most, &control).map(|_| ()), Err(code));
        }
        let cancelled = Control::new();
        cancelled.cancel();
        assert_eq!(archive(SNAPSHOT, None, &cancelled).map(|_| ()), Err(Error::Cancelled.code()));
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 0);

        let captured = archive(SNAPSHOT, None, &control).expect("it is whole");
        assert_eq!((captured.counts.node_count, captured.file.raw_bytes), (2, SNAPSHOT.len() as u64));
        let again = check(Source::Path(path.clone()), &control).expect("what was written is whole");
        assert_eq!(again, (SNAPSHOT.len() as u64, captured.counts));
        assert_eq!(archive(SNAPSHOT, None, &control).map(|_| ()), Err("HEAPHOUND_ERR_EXISTS"));
        std::fs::remove_dir_all(&folder).expect("ours");
    }
}
