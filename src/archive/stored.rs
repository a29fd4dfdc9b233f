//! The bytes of a file as they are stored.

use super::input::{Input, Source};
use crate::error::{Error, Result};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::AtomicBool;

static NEVER: AtomicBool = AtomicBool::new(false);

/// A regular file, or a stream, read without decoding.
pub struct StoredFile {
    input: Input<'static>,
    /// Bytes of the file when it was opened; 0 for a stream.
    pub size: u64,
}

impl StoredFile {
    /// # Errors
    /// [`Error::Io`]; [`Error::Option`] for a FIFO or a device, whose reading could not be ended.
    pub fn open(path: &Path) -> Result<Self> {
        Self::of(Source::Path(path.into()))
    }

    /// # Errors
    /// As of [`StoredFile::open`].
    pub fn of(source: Source) -> Result<Self> {
        if let Source::Path(path) = &source
            && std::fs::metadata(path).is_ok_and(|facts| !facts.is_file())
        {
            return Err(Error::Option { name: "image", what: format!("{} is no regular file", path.display()) });
        }
        let (input, size) = Input::open(source, &NEVER)?;
        Ok(StoredFile { input, size: size.unwrap_or(0) })
    }
}

impl Read for StoredFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_file_is_given_as_it_is() {
        let path = std::env::temp_dir().join(format!("heaphound-stored-{}", std::process::id()));
        std::fs::write(&path, [0x1f, 0x8b, 1, 2]).expect("the temporary folder can be written");
        let mut file = StoredFile::open(&path).expect("it is there");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("it is read");
        assert_eq!((file.size, bytes), (4, vec![0x1f, 0x8b, 1, 2]));
        std::fs::remove_file(&path).expect("it was made above");
        assert_eq!(StoredFile::open(&path).map(|_| ()).map_err(|error| error.code()), Err("HEAPHOUND_ERR_IO"));
        let null = StoredFile::open(Path::new("/dev/null")).map(|_| ());
        assert_eq!(null.map_err(|error| error.code()), Err("HEAPHOUND_ERR_OPTION"));
    }
}
