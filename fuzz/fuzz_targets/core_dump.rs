//! Any bytes are read as a core dump, or refused with the code of one.

#![no_main]

use heaphound::control::Control;
use heaphound::core_dump::{CoreDump, CoreParts};
use heaphound::image::Part;
use libfuzzer_sys::fuzz_target;
use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::PathBuf;

fuzz_target!(|input: &[u8]| {
    // SAFETY: a new descriptor of nobody else.
    let mut file = unsafe { File::from_raw_fd(libc::memfd_create(c"core".as_ptr(), 0)) };
    file.write_all(input).and_then(|()| file.rewind()).expect("memory takes all");
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let control = Control::new();
    let Ok(dump) = CoreDump::open(&path, &std::env::temp_dir(), None, None, &control) else { return };
    assert!(!dump.threads.is_empty());
    let mut parts = CoreParts::new(&dump, &control);
    let mut end = 0;
    while let Ok(Some(part)) = parts.next_part() {
        if let Part::Mapping(mapping) = part {
            assert!(mapping.start >= end && mapping.start < mapping.end && mapping.end <= 1 << 47);
            end = mapping.end;
        }
    }
});
