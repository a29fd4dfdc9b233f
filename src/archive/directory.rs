//! A file without a name, or with a temporary one, until it is whole.

use crate::error::{Error, Result};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// An open file, readable by its owner only, in the directory it will get its name in. Dropped before
/// [`Unnamed::publish`], it is gone.
///
/// On Linux it has no name at all where the file system allows that, so that not even a kill leaves anything behind;
/// elsewhere it has a temporary one.
pub(super) struct Unnamed {
    pub file: File,
    place: Place,
    target: PathBuf,
    name: std::ffi::OsString,
    /// `None`: the file has no name yet.
    temporary: Option<String>,
}

impl Unnamed {
    /// # Errors
    /// [`Error::Exists`] when something has the name `target` already, a dangling symbolic link too; [`Error::Io`].
    pub fn create(target: &Path) -> Result<Self> {
        let name = target.file_name().ok_or_else(|| Error::Option {
            name: "path",
            what: format!("{} does not end in a file name", target.display()),
        })?;
        if target.symlink_metadata().is_ok() {
            return Err(Error::Exists { path: target.display().to_string() });
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let place = Place::open(folder).map_err(|error| Error::io(folder.to_string_lossy(), "open", &error))?;
        let (file, temporary) =
            place.create().map_err(|error| Error::io(folder.to_string_lossy(), "create a file in", &error))?;
        Ok(Unnamed { file, place, target: target.into(), name: name.into(), temporary })
    }

    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Makes the file durable and gives it its name, in one step and never over another file.
    pub fn publish(mut self) -> Result<PathBuf> {
        let fault = |action, error: &io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::Exists { path: self.target.display().to_string() },
            _ => space_or_io(&self.target, action, error),
        };
        self.file.sync_all().map_err(|error| fault("sync", &error))?;
        self.place.publish(&self.file, self.temporary.as_deref(), &self.name).map_err(|error| fault("name", &error))?;
        self.temporary = None;
        if let Err(error) = self.place.sync() {
            self.place.remove(&self.name);
            return Err(fault("sync the directory of", &error));
        }
        Ok(std::mem::take(&mut self.target))
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            self.place.remove(temporary.as_ref());
        }
    }
}

/// An error of writing to `path`: a full disk has a code of its own.
pub(super) fn space_or_io(path: &Path, action: &'static str, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::NoSpace { path: path.display().to_string() }
        }
        _ => Error::io(path.to_string_lossy(), action, error),
    }
}

pub(super) fn temporary_name() -> String {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    format!(".heaphound-{}-{random:016x}.partial", std::process::id())
}

/// A directory held open: what happens to its path meanwhile does not matter.
#[cfg(unix)]
struct Place(std::os::fd::OwnedFd);

#[cfg(unix)]
impl Place {
    fn open(folder: &Path) -> io::Result<Self> {
        use rustix::fs::{Mode, OFlags, open};
        Ok(Place(open(folder, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    fn create(&self) -> io::Result<(File, Option<String>)> {
        use rustix::fs::{Mode, OFlags, openat};
        let owner_only = Mode::RUSR | Mode::WUSR;
        #[cfg(target_os = "linux")]
        if let Ok(file) = openat(&self.0, ".", OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC, owner_only) {
            let file = File::from(file);
            // Its name will be given by way of /proc, which a container may lack.
            if Path::new(&by_descriptor(&file)).exists() {
                return Ok((file, None));
            }
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        loop {
            let name = temporary_name();
            match openat(&self.0, &name, flags, owner_only) {
                Err(rustix::io::Errno::EXIST) => {}
                Ok(file) => return Ok((File::from(file), Some(name))),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A link never replaces what is there, and neither does the rename.
    fn publish(&self, file: &File, temporary: Option<&str>, name: &std::ffi::OsStr) -> io::Result<()> {
        use rustix::fs::{AtFlags, linkat};
        let Some(temporary) = temporary else {
            #[cfg(target_os = "linux")]
            linkat(rustix::fs::CWD, by_descriptor(file), &self.0, name, AtFlags::SYMLINK_FOLLOW)?;
            return Ok(());
        };
        #[cfg(any(target_os = "linux", target_os = "macos"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            use rustix::io::Errno;
            match renameat_with(&self.0, temporary, &self.0, name, RenameFlags::NOREPLACE) {
                // Not every file system knows the flag.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
                result => return Ok(result?),
            }
        }
        _ = file;
        linkat(&self.0, temporary, &self.0, name, AtFlags::empty())?;
        self.remove(temporary.as_ref());
        Ok(())
    }

    /// Best effort: the file is private and its name says that it is not whole.
    fn remove(&self, name: &std::ffi::OsStr) {
        _ = rustix::fs::unlinkat(&self.0, name, rustix::fs::AtFlags::empty());
    }

    fn sync(&self) -> io::Result<()> {
        match rustix::fs::fsync(&self.0) {
            // Some file systems have nothing to do for a directory, and say so this way.
            Err(rustix::io::Errno::INVAL) => Ok(()),
            result => Ok(result?),
        }
    }
}

#[cfg(target_os = "linux")]
fn by_descriptor(file: &File) -> String {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

#[cfg(not(unix))]
struct Place(PathBuf);

#[cfg(not(unix))]
impl Place {
    fn open(folder: &Path) -> io::Result<Self> {
        folder.metadata().map(|_| Place(folder.into()))
    }

    fn create(&self) -> io::Result<(File, Option<String>)> {
        let name = temporary_name();
        File::create_new(self.0.join(&name)).map(|file| (file, Some(name)))
    }

    fn publish(&self, _file: &File, temporary: Option<&str>, name: &std::ffi::OsStr) -> io::Result<()> {
        let Some(temporary) = temporary else { return Ok(()) };
        std::fs::hard_link(self.0.join(temporary), self.0.join(name))?;
        self.remove(temporary.as_ref());
        Ok(())
    }

    fn remove(&self, name: &std::ffi::OsStr) {
        _ = std::fs::remove_file(self.0.join(name));
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Write;

    /// The path of file systems without unnamed files.
    #[test]
    fn a_temporary_name_becomes_the_final_one_or_vanishes() {
        let folder = std::env::temp_dir().join(format!("heaphound-unnamed-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let named = |target: &str| {
            let place = Place::open(&folder).expect("a folder");
            let name = temporary_name();
            let mut file = File::create_new(folder.join(&name)).expect("a new file");
            file.write_all(target.as_bytes()).expect("room");
            let target = folder.join(target);
            let name_only = target.file_name().expect("it has one").to_owned();
            Unnamed { file, place, name: name_only, target, temporary: Some(name) }
        };
        let files = || std::fs::read_dir(&folder).expect("a folder").count();
        drop(named("a"));
        assert_eq!(files(), 0);
        assert_eq!(named("a").publish(), Ok(folder.join("a")));
        assert_eq!(named("a").publish(), Err(Error::Exists { path: folder.join("a").display().to_string() }));
        assert_eq!(std::fs::read(folder.join("a")).expect("it is there"), b"a");
        assert_eq!(files(), 1);
        std::fs::remove_dir_all(folder).expect("ours");
    }
}
