//! The memory of another process, which may live or be dead.

use crate::error::{Error, Result};
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Memory that is read by its addresses in the process.
pub(in crate::capture) trait Memory {
    /// # Errors
    /// Where the process has no such memory, or nobody has it any more.
    fn read(&self, address: u64, into: &mut [u8]) -> Result<()>;

    fn bytes(&self, address: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.read(address, &mut bytes)?;
        Ok(bytes)
    }

    fn u64(&self, address: u64) -> Result<u64> {
        let mut bytes = [0; 8];
        self.read(address, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn u32(&self, address: u64) -> Result<u32> {
        let mut bytes = [0; 4];
        self.read(address, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

/// That of a process that lives.
pub(super) struct Remote {
    file: File,
}

impl Remote {
    /// # Errors
    /// The system's.
    pub fn open(pid: libc::pid_t, is_written: bool) -> std::io::Result<Self> {
        let file = File::options().read(true).write(is_written).open(format!("/proc/{pid}/mem"))?;
        Ok(Remote { file })
    }

    /// # Errors
    /// [`Error::Attach`] where the process has no such memory.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<()> {
        self.file.write_all_at(bytes, address).map_err(|error| failed("written", address, &error))
    }
}

impl Memory for Remote {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<()> {
        self.file.read_exact_at(into, address).map_err(|error| failed("read", address, &error))
    }
}

fn failed(action: &str, address: u64, error: &std::io::Error) -> Error {
    Error::Attach { what: format!("its memory at {address:#x} could not be {action} ({error})") }
}
