//! Core dumps that are made here, as the kernel and `gcore` make them: whole, cut, damaged, and with files elsewhere.

use super::{CoreDump, CoreParts};
use crate::archive::RandomFile;
use crate::control::Control;
use crate::error::{Error, Result};
use crate::image::{PAGE, Part, Thread};
use std::path::{Path, PathBuf};

const STACK: u64 = 0x7000_0000;
const HEAP: u64 = 0x2000_0000;
const PROGRAM: u64 = 0x40_0000;
const VDSO: u64 = 0x7100_2000;
const READ_WRITE: u32 = 6;
const READ_EXECUTE: u32 = 5;
const READ: u32 = 4;

struct Load {
    address: u64,
    flags: u32,
    bytes: Vec<u8>,
    size: u64,
}

fn load(address: u64, flags: u32, bytes: Vec<u8>, size: u64) -> Load {
    Load { address, flags, bytes, size }
}

struct Written {
    loads: Vec<Load>,
    /// Their ids; the first one died.
    threads: Vec<u32>,
    signal: i32,
    /// Start, end, page in the file, path.
    files: Vec<(u64, u64, u64, String)>,
}

fn page(first: u8) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    page[0] = first;
    page
}

/// The first page of a program with a build id, and the page behind it.
fn program(id: u8) -> Vec<u8> {
    let mut bytes = vec![0; PAGE];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = 62;
    bytes[32] = 64;
    bytes[56] = 2;
    let mut row = |at: usize, kind: u8, flags: u8, offset: u64, size: u64| {
        (bytes[at], bytes[at + 4]) = (kind, flags);
        bytes[at + 8..at + 16].copy_from_slice(&offset.to_le_bytes());
        bytes[at + 32..at + 40].copy_from_slice(&size.to_le_bytes());
    };
    row(64, 4, 4, 256, 36);
    row(120, 1, 5, PAGE as u64, PAGE as u64);
    bytes[256..272].copy_from_slice(&[4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, b'G', b'N', b'U', 0]);
    bytes[272..292].fill(id);
    bytes.extend(page(id));
    bytes
}

fn usual() -> Written {
    Written {
        loads: vec![
            load(HEAP, READ_WRITE, [page(1), page(0), page(2)].concat(), 3 * PAGE as u64),
            load(STACK, READ_WRITE, page(3), PAGE as u64),
            load(VDSO - 2 * PAGE as u64, READ, Vec::new(), 2 * PAGE as u64),
            load(VDSO, READ_EXECUTE, page(4), PAGE as u64),
        ],
        threads: vec![8, 7],
        signal: 6,
        files: Vec::new(),
    }
}

impl Written {
    fn with_program(mut self, path: &str, way: Way) -> Self {
        let end = PROGRAM + 2 * PAGE as u64;
        let head = program(7)[..PAGE].to_vec();
        match way {
            Way::Kernel => {
                self.loads.insert(0, load(PROGRAM, READ, head, PAGE as u64));
                self.loads.insert(1, load(PROGRAM + PAGE as u64, READ_EXECUTE, Vec::new(), PAGE as u64));
            }
            Way::Gcore => self.loads.insert(0, load(PROGRAM, READ, head, PAGE as u64)),
            Way::NoHead => {
                self.loads.insert(0, load(PROGRAM, READ, Vec::new(), PAGE as u64));
                self.loads.insert(1, load(PROGRAM + PAGE as u64, READ_EXECUTE, Vec::new(), PAGE as u64));
            }
        }
        let middle = PROGRAM + PAGE as u64;
        self.files = vec![(PROGRAM, middle, 0, path.into()), (middle, end, 1, path.into())];
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut notes = Vec::new();
        let mut note = |kind: u32, content: &[u8]| {
            [5, content.len() as u32, kind].iter().for_each(|number| notes.extend(number.to_le_bytes()));
            notes.extend(b"CORE\0\0\0\0");
            notes.extend(content);
            notes.resize(notes.len().next_multiple_of(4), 0);
        };
        for (index, id) in self.threads.iter().enumerate() {
            let mut status = vec![0; 336];
            status[32..36].copy_from_slice(&id.to_le_bytes());
            status[112 + 19 * 8..112 + 20 * 8].copy_from_slice(&(STACK + 64).to_le_bytes());
            note(1, &status);
            if index == 0 {
                let mut process = vec![0; 136];
                process[24] = 7;
                process[40..44].copy_from_slice(b"node");
                note(3, &process);
                let mut signal = vec![0; 128];
                signal[..4].copy_from_slice(&self.signal.to_le_bytes());
                note(0x5349_4749, &signal);
                let auxiliary = [33, VDSO, 3, PROGRAM, 0, 0].map(u64::to_le_bytes).concat();
                note(6, &auxiliary);
                let mut files = [self.files.len() as u64, PAGE as u64].map(u64::to_le_bytes).concat();
                for (start, end, offset, _) in &self.files {
                    files.extend([*start, *end, *offset].map(u64::to_le_bytes).concat());
                }
                self.files.iter().for_each(|(_, _, _, path)| files.extend(format!("{path}\0").bytes()));
                note(0x4649_4c45, &files);
            }
            note(2, &[0; 512]);
        }
        let mut bytes = vec![0; 64];
        bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        (bytes[16], bytes[18], bytes[32], bytes[54]) = (4, 62, 64, 56);
        bytes[56] = self.loads.len() as u8 + 1;
        let mut at = 64 + 56 * (self.loads.len() as u64 + 1);
        let mut row = |kind: u32, flags: u32, address: u64, in_file: u64, size: u64| {
            bytes.extend([kind, flags].map(u32::to_le_bytes).concat());
            bytes.extend([at, address, 0, in_file, size, 0].map(u64::to_le_bytes).concat());
            at += in_file;
        };
        row(4, 0, 0, notes.len() as u64, 0);
        self.loads.iter().for_each(|load| row(1, load.flags, load.address, load.bytes.len() as u64, load.size));
        bytes.extend(notes);
        self.loads.iter().for_each(|load| bytes.extend(&load.bytes));
        bytes
    }
}

enum Way {
    Kernel,
    Gcore,
    NoHead,
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("heaphound-core-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

fn open(folder: &Path, bytes: &[u8], thread: Option<u64>) -> Result<CoreDump> {
    let path = folder.join("core");
    std::fs::write(&path, bytes).expect("the folder is ours");
    CoreDump::open(&path, folder, Some(&folder.join("files")), thread, &Control::new())
}

fn why(folder: &Path, bytes: &[u8]) -> String {
    match open(folder, bytes, None) {
        Err(Error::Core { what }) => what,
        Err(error) => panic!("another code: {error}"),
        Ok(_) => panic!("it was taken"),
    }
}

/// What the parts are, in short.
fn told(dump: &CoreDump) -> Result<Vec<String>> {
    let control = Control::new();
    let mut parts = CoreParts::new(dump, &control);
    let mut told = Vec::new();
    while let Some(part) = parts.next_part()? {
        told.push(match part {
            Part::Thread(thread) => format!("thread {}", thread.id),
            Part::Descriptors(_) => "files".into(),
            Part::Mapping(mapping) => format!(
                "{:x} {}{}{}",
                mapping.start,
                mapping.protection,
                if mapping.is_left_out { " left out " } else { " " },
                mapping.name
            ),
            Part::Pages { address, bytes } => {
                format!("pages {address:x}: {:?}", bytes.iter().step_by(PAGE).collect::<Vec<_>>())
            }
        });
    }
    Ok(told)
}

#[test]
fn a_core_dump_gives_the_parts_of_an_image() {
    let folder = folder("parts");
    let dump = open(&folder, &usual().bytes(), None).expect("it is whole");
    let expected = [
        "thread 8",
        "thread 7",
        "files",
        "20000000 3 ",
        "pages 20000000: [1]",
        "pages 20002000: [2]",
        "70000000 3 ",
        "pages 70000000: [3]",
        "71000000 1 left out [vvar]",
        "71002000 5 [vdso]",
        "pages 71002000: [4]",
    ];
    assert_eq!(told(&dump).expect("it is whole"), expected);
    assert_eq!((dump.process.pid, &*dump.process.name), (7, "node"));
    assert_eq!(dump.death.map(|death| death.signal), Some(6));
    let other = open(&folder, &usual().bytes(), Some(7)).expect("it has that thread");
    assert_eq!(told(&other).expect("it is whole")[..2], ["thread 7", "files"], "the dead one does not go on");
    let living = Written { signal: 19, ..usual() };
    let other = open(&folder, &living.bytes(), Some(7)).expect("it has that thread");
    assert_eq!(told(&other).expect("it is whole")[..2], ["thread 7", "thread 8"], "nobody died");
    let Err(error) = open(&folder, &usual().bytes(), Some(9)) else { panic!("there is none") };
    assert!(error.to_string().contains("no thread 9; it has 8, 7"), "{error}");
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn a_cut_core_dump_says_how_much_is_missing() {
    let folder = folder("cut");
    let bytes = usual().bytes();
    for cut in (4..bytes.len()).step_by(37).chain([bytes.len() - 1]) {
        let why = why(&folder, &bytes[..cut]);
        assert!(why.contains("it was cut"), "{cut}: {why}");
    }
    assert!(why(&folder, &bytes[..bytes.len() - 100]).contains("100 are missing"));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn a_bit_that_flipped_in_what_describes_the_memory_harms_nobody() {
    let folder = folder("flip");
    let bytes = usual().with_program("/usr/bin/node", Way::Kernel).bytes();
    let described = bytes.len() - 6 * PAGE;
    let path = folder.join("core");
    for at in (0..described).step_by(3) {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            std::fs::write(&path, &damaged).expect("the folder is ours");
            let Ok(file) = RandomFile::open(&path) else { continue };
            match CoreDump::read(file, None) {
                Ok(dump) => {
                    _ = told(&dump);
                    _ = dump.read_memory(PROGRAM, &mut [0; 9000]);
                }
                Err(error) => assert_eq!(error.code(), "HEAPHOUND_ERR_CORE", "{at}"),
            }
        }
    }
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn what_is_no_core_dump_of_x86_64_is_refused_by_name() {
    let folder = folder("names");
    let with = |at: usize, value: u8| {
        let mut bytes = usual().bytes();
        bytes[at] = value;
        bytes
    };
    for (bytes, expected) in [
        (with(18, 183), "aarch64"),
        (with(18, 3), "x86 of 32 bits"),
        (with(18, 99), "another processor (number 99)"),
        (with(16, 2), "a program or a library"),
        (Written { threads: Vec::new(), ..usual() }.bytes(), "it has no thread"),
    ] {
        let why = why(&folder, &bytes);
        assert!(why.contains(expected), "{why}");
    }
    assert!(why(&folder, b"nothing of all").contains("neither a core dump nor a frozen image"));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn memory_that_a_filter_left_out_is_named() {
    let folder = folder("filter");
    let mut without = usual();
    without.loads[1].bytes.clear();
    assert!(why(&folder, &without.bytes()).contains("coredump_filter"));
    without.loads.remove(1);
    assert!(why(&folder, &without.bytes()).contains("the stack of thread 8 is not in it"));
    let mut twice = usual();
    twice.loads[0].address = STACK;
    assert!(why(&folder, &twice.bytes()).contains("two memories at one address"));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn text_comes_from_a_file_with_the_same_first_page() {
    for (way, place) in [
        (Way::Kernel, "srv/test/node"),
        (Way::Kernel, "node"),
        (Way::Gcore, ".build-id/07/07070707070707070707070707070707070707"),
    ] {
        let folder = folder("text");
        let bytes = usual().with_program("/srv/test/node", way).bytes();
        let file = folder.join("files").join(place);
        std::fs::create_dir_all(file.parent().expect("it has one")).expect("the folder is ours");
        std::fs::write(&file, program(9)).expect("the folder is ours");
        let other = why(&folder, &bytes);
        let ids = ["/srv/test/node (build id 0707", "another file, with build id 0909"];
        assert!(ids.iter().all(|id| other.contains(id)) && other.contains("--files"), "{other}");
        std::fs::write(&file, program(7)).expect("the folder is ours");
        let dump = open(&folder, &bytes, None).expect("the file is there");
        let mut read = [0; 2];
        dump.read_memory(PROGRAM + PAGE as u64 - 1, &mut read).expect("it is in both");
        assert_eq!(read, [0, 7]);
        let told = told(&dump).expect("it is whole");
        assert!(told.contains(&"401000 5 /srv/test/node".into()), "{told:?}");
        assert!(told.contains(&"pages 401000: [7]".into()), "{told:?}");
        std::fs::remove_dir_all(folder).expect("ours");
    }
}

#[test]
fn a_file_that_cannot_be_had_is_named_with_its_build_id() {
    let folder = folder("missing");
    let missing = |path: &str, way: Way| why(&folder, &usual().with_program(path, way).bytes());
    let none = missing("/no/such/node", Way::Kernel);
    assert!(none.contains("/no/such/node (build id 0707") && none.contains("there is no such file"), "{none}");
    let up = missing("/no/../../etc/passwd", Way::Kernel);
    assert!(up.contains("there is no such file"), "{up}");
    let unknown = missing("/no/such/node", Way::NoHead);
    assert!(unknown.contains("set bit 4 of `coredump_filter`"), "{unknown}");
    std::fs::remove_dir_all(folder).expect("ours");
}

/// The end of a mapping is a number in the core dump, and a mapping may be larger than its file.
#[test]
fn no_more_is_read_of_a_file_than_it_has() {
    const END: u64 = 1 << 46;
    let folder = folder("large");
    let mut written = usual().with_program("/srv/test/node", Way::Kernel);
    let middle = PROGRAM + PAGE as u64;
    // Behind everything else.
    written.loads.remove(1);
    written.loads.push(load(STACK << 8, READ_EXECUTE, Vec::new(), END));
    written.files = vec![
        (PROGRAM, middle, 0, "/srv/test/node".into()),
        (STACK << 8, (STACK << 8) + END, 1, "/srv/test/node".into()),
    ];
    let file = folder.join("files/node");
    std::fs::create_dir_all(folder.join("files")).expect("the folder is ours");
    std::fs::write(&file, program(7)).expect("the folder is ours");
    let dump = open(&folder, &written.bytes(), None).expect("the file is there");
    let told = told(&dump).expect("it is whole");
    assert_eq!(told.last().map(String::as_str), Some("pages 7000000000: [7]"));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn long_names_of_many_mappings_take_no_memory() {
    const MANY: u64 = 200;
    let folder = folder("long");
    let path = format!("/{}", "n".repeat(1 << 20));
    let mut written = usual();
    for index in 0..MANY {
        written.loads.push(load(PROGRAM + index * PAGE as u64, READ, Vec::new(), PAGE as u64));
    }
    written.files = vec![(PROGRAM, PROGRAM + MANY * PAGE as u64, 0, path)];
    assert!(why(&folder, &written.bytes()).contains("the names of its mapped files"));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn the_reading_of_a_core_dump_can_be_ended() {
    let folder = folder("ended");
    // Nothing but zeros: no part comes of it.
    let zeros = usual();
    let dump = open(&folder, &zeros.bytes(), None).expect("it is whole");
    let control = Control::new();
    let mut parts = CoreParts::new(&dump, &control);
    while !matches!(parts.next_part().expect("nobody has ended it"), Some(Part::Mapping(_))) {}
    control.cancel();
    assert_eq!(parts.next_part().map(|_| ()), Err(Error::Cancelled));
    let path = folder.join("core");
    std::fs::write(&path, usual().with_program("/no/such/node", Way::Kernel).bytes()).expect("the folder is ours");
    let opened = CoreDump::open(&path, &folder, None, None, &control);
    assert_eq!(opened.map(|_| ()), Err(Error::Cancelled));
    std::fs::remove_dir_all(folder).expect("ours");
}

#[test]
fn a_file_of_data_is_left_out() {
    let folder = folder("data");
    let mut written = usual();
    written.loads.insert(0, load(PROGRAM, READ, Vec::new(), PAGE as u64));
    written.files = vec![(PROGRAM, PROGRAM + PAGE as u64, 0, "/no/such/data".into())];
    let dump = open(&folder, &written.bytes(), None).expect("nobody needs it");
    assert_eq!(told(&dump).expect("it is whole")[3], "400000 1 left out /no/such/data");
    assert!(dump.read_memory(PROGRAM, &mut [0]).is_err());
    assert_eq!(dump.threads[0].registers[Thread::STACK_POINTER], STACK + 64);
    std::fs::remove_dir_all(folder).expect("ours");
}
