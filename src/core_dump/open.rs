//! Opens a core dump: unpacks it, reads it, and finds the files that it does not have.

use super::binaries;
use super::dump::CoreDump;
use super::elf::wrong;
use crate::archive::RandomFile;
use crate::control::Control;
use crate::error::Result;
use std::path::Path;

impl CoreDump {
    /// Opens the core dump at `path`. A packed one is unpacked into a file without a name in `folder`. `files`: a
    /// folder with the programs and libraries of the process. `thread`: the number of the thread whose heap is wanted.
    ///
    /// # Errors
    /// [`crate::error::Error::Core`]; those of [`RandomFile`]; [`crate::error::Error::Cancelled`].
    pub fn open(
        path: &Path,
        folder: &Path,
        files: Option<&Path>,
        thread: Option<u64>,
        control: &Control,
    ) -> Result<Self> {
        let file = RandomFile::open(path)?.unpacked(super::MAGIC, folder, control)?;
        let file = file.ok_or_else(|| wrong("the file is neither a core dump nor a frozen image"))?;
        let mut dump = CoreDump::read(file, thread)?;
        dump.binaries = binaries::find(&mut dump, files, control)?;
        Ok(dump)
    }
}
