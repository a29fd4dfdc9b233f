//! Images whose code is ours: what a thawed process cannot do, and how its end is told.

use super::super::stream::Route;
use super::*;
use crate::archive::{Codec, FileWriter};
use crate::image::{Header, ImageWriter, Mapping, MappingKind, PAGE, Patch, PatchKind, Thread};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) const CODE: u64 = 0x1000_0000;
pub(super) const OTHER: u64 = CODE + 0x400;
const STACK: u64 = 0x2000_0000;
pub(super) const OTHER_STACK: u64 = 0x3000_0000;
/// What the kernel gave for the vdso, and is left out.
pub(super) const CLOCKS: u64 = 0x4000_0000;
/// A queue of io_uring, left out as well.
pub(super) const QUEUE: u64 = 0x5000_0000;
const FUNCTIONS: [&str; 5] = ["currentIsolate", "heapProfiler", "takeSnapshot", "serialize", "nearHeapLimit"];

/// mov edi, CODE + 0x800 (zeros); xor esi, esi; xor edx, edx; xor r10d, r10d; mov eax, NUMBER; syscall
pub(super) fn call(number: u8) -> Vec<u8> {
    let [a, b, c, d] = ((CODE + 0x800) as u32).to_le_bytes();
    vec![0xbf, a, b, c, d, 0x31, 0xf6, 0x31, 0xd2, 0x45, 0x31, 0xd2, 0xb8, number, 0, 0, 0, 0x0f, 0x05]
}

/// What the call gave, negated, and 100, is the code with which the process ends.
pub(super) fn end_with_result() -> Vec<u8> {
    // mov edi, eax; neg edi; add edi, 100; mov eax, 231 (exit_group); syscall
    vec![0x89, 0xc7, 0xf7, 0xdf, 0x83, 0xc7, 100, 0xb8, 231, 0, 0, 0, 0x0f, 0x05]
}

pub(super) struct Case<'a> {
    pub name: &'a str,
    pub code: &'a [u8],
    pub change: fn(&mut Header),
    pub stack_protection: u32,
    /// Where the first thread stands on its stack.
    pub stack: u64,
    /// Threads beside the first, which begin at [`OTHER`].
    pub others: Vec<Thread>,
    pub other_code: &'a [u8],
}

pub(super) fn case<'a>(name: &'a str, code: &'a [u8]) -> Case<'a> {
    Case { name, code, change: |_| {}, stack_protection: 3, stack: STACK + 64, others: Vec::new(), other_code: &[] }
}

fn image(case: &Case<'_>) -> Vec<u8> {
    let mut header = Header {
        way: "fork".into(),
        is_quiet: true,
        page_size: PAGE as u64,
        functions: FUNCTIONS.map(|name| (name.to_owned(), CODE)).into(),
        ..Header::empty()
    };
    (case.change)(&mut header);
    let text = ImageWriter::<Vec<u8>>::header_text(&header).expect("it is short");
    let mut writer = ImageWriter::new(Vec::new(), 3, &text).expect("memory takes all");
    let mut thread = Thread { id: 7, registers: [0; 27], extended: Vec::new() };
    thread.registers[Thread::STACK_POINTER] = case.stack;
    let mut fill = || {
        writer.thread(&thread)?;
        case.others.iter().try_for_each(|other| writer.thread(other))?;
        writer.descriptors(&[5, 0, 0, 0])?;
        let mapping = |start: u64, protection: u32| Mapping {
            start,
            end: start + PAGE as u64,
            offset: 0,
            protection,
            kind: MappingKind::Private,
            key: 0,
            is_left_out: false,
            is_in_file: false,
            name: &b""[..],
        };
        let mut page = vec![0; PAGE];
        page[..case.code.len()].copy_from_slice(case.code);
        let at_other = (OTHER - CODE) as usize;
        page[at_other..at_other + case.other_code.len()].copy_from_slice(case.other_code);
        writer.mapping(&mapping(CODE, 5))?;
        writer.pages(CODE, &page)?;
        writer.mapping(&mapping(STACK, case.stack_protection))?;
        writer.mapping(&mapping(OTHER_STACK, 3))?;
        writer.mapping(&Mapping { is_left_out: true, name: &b"[vvar]"[..], ..mapping(CLOCKS, 1) })?;
        writer.mapping(&Mapping { is_left_out: true, name: &b"anon_inode:[io_uring]"[..], ..mapping(QUEUE, 3) })?;
        writer.finish()
    };
    fill().expect("memory takes all");
    writer.into_inner()
}

/// An image whose first mapping has its other pages in a file.
fn image_with_file(name: &str, first: &[u8]) -> Vec<u8> {
    let header = Header {
        way: "fork".into(),
        is_quiet: true,
        page_size: PAGE as u64,
        functions: FUNCTIONS.map(|name| (name.to_owned(), CODE)).into(),
        ..Header::empty()
    };
    let text = ImageWriter::<Vec<u8>>::header_text(&header).expect("it is short");
    let mut writer = ImageWriter::new(Vec::new(), 3, &text).expect("memory takes all");
    let mut fill = || {
        writer.thread(&Thread { id: 7, registers: [0; 27], extended: Vec::new() })?;
        writer.mapping(&Mapping {
            start: CODE,
            end: CODE + 2 * PAGE as u64,
            offset: 0,
            protection: 5,
            kind: MappingKind::Private,
            key: 0,
            is_left_out: false,
            is_in_file: true,
            name: name.as_bytes(),
        })?;
        writer.pages(CODE, first)?;
        writer.finish()
    };
    fill().expect("memory takes all");
    writer.into_inner()
}

fn thaw_bytes(name: &str, image: &[u8]) -> Error {
    let path = |end: &str| std::env::temp_dir().join(format!("heaphound-thaw-{}-{name}{end}", std::process::id()));
    FileWriter::write_whole(&path(".frozen"), image).expect("the temporary folder can be written");
    let to = path(".heapsnapshot");
    let route = Box::new(move || FileWriter::create(&to, Codec::Plain).map(Route::to));
    let options = options(Duration::from_secs(60));
    let thawed = thaw(Source::Path(path(".frozen")), route, &options, &Control::new());
    rustix::fs::unlink(path(".frozen")).expect("it was made above");
    thawed.expect_err("there is no V8 in it")
}

fn options(stalled: Duration) -> ThawOptions {
    ThawOptions {
        redaction_key: None,
        exposes_internals: false,
        exposes_numeric_values: false,
        ids: None,
        stalled,
        core: CoreOptions::default(),
    }
}

fn name(case: &Case<'_>, end: &str) -> PathBuf {
    let plain: String = case.name.chars().filter(char::is_ascii_alphanumeric).collect();
    std::env::temp_dir().join(format!("heaphound-thaw-{}-{plain}{end}", std::process::id()))
}

pub(super) fn with_image<R>(case: &Case<'_>, work: impl FnOnce(&Path) -> R) -> R {
    let path = name(case, ".frozen");
    FileWriter::write_whole(&path, &image(case)).expect("the temporary folder can be written");
    let result = work(&path);
    rustix::fs::unlink(&path).expect("it was made above");
    result
}

/// The error of a thaw, and that nothing is left of it.
pub(super) fn thaw_case(case: &Case<'_>, stalled: Duration, control: &Control) -> Error {
    let path = name(case, ".heapsnapshot");
    let options = options(stalled);
    let to = path.clone();
    let route = Box::new(move || FileWriter::create(&to, Codec::Plain).map(Route::to));
    let thawed = with_image(case, |image| thaw(Source::Path(image.into()), route, &options, control));
    let error = thawed.expect_err("there is no V8 in it");
    assert!(!path.exists(), "{}", case.name);
    error
}

pub(super) fn check(case: &Case<'_>, expected: &str) {
    let error = thaw_case(case, Duration::from_secs(60), &Control::new()).to_string();
    assert!(error.contains(expected), "{}: {error}", case.name);
}

#[test]
fn the_code_of_an_image_reaches_nothing_outside() {
    const EPERM: i32 = 1;
    let names =
        [(2, "open"), (41, "socket"), (56, "clone"), (57, "fork"), (59, "execve"), (62, "kill"), (101, "ptrace")];
    for (number, name) in
        names.into_iter().chain([(0, "read"), (3, "close"), (32, "dup"), (157, "prctl"), (16, "ioctl")])
    {
        let code = [call(number), end_with_result()].concat();
        check(&case(name, &code), &format!("ended with code {}", 100 + EPERM));
    }
    // tgkill of the first process of the machine, with no signal.
    let code =
        [vec![0xbf, 1, 0, 0, 0, 0xbe, 1, 0, 0, 0, 0x31, 0xd2, 0xb8, 234, 0, 0, 0, 0x0f, 0x05], end_with_result()];
    check(&case("tgkill", &code.concat()), "ended with code 101");
    // What it may do: getpid gives a number, so the code is none of a failure.
    let own = [call(39), vec![0x31, 0xc0], end_with_result()].concat();
    check(&case("getpid", &own), "ended with code 100");
}

#[test]
fn a_thread_whose_stack_is_full_gets_more() {
    // push rax, then the end.
    let code = [vec![0x50, 0x31, 0xc0], end_with_result()].concat();
    check(&Case { stack: STACK, ..case("full stack", &code) }, "ended with code 100");
}

/// Whoever starts heaphound may leave it open files, and not every one of them closes with the start of a program.
#[test]
fn files_that_were_left_open_are_closed_in_a_thawed_process() {
    const NUMBER: u8 = 250;
    const EBADF: i32 = 9;
    let path = std::env::temp_dir().join(format!("heaphound-thaw-{}-left-open", std::process::id()));
    let file = std::fs::File::create(&path).expect("the temporary folder can be written");
    let mut kept = std::mem::ManuallyDrop::new(
        // SAFETY: nobody else in this process has such a high number, and it is given back below.
        unsafe { <std::os::fd::OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(i32::from(NUMBER)) },
    );
    // Without `CLOEXEC`.
    rustix::io::dup2(&file, &mut kept).expect("the number is free");
    // write(NUMBER, CODE, 1)
    let write = vec![0xbf, NUMBER, 0, 0, 0, 0xbe, 0, 0, 0, 0x10, 0xba, 1, 0, 0, 0, 0xb8, 1, 0, 0, 0, 0x0f, 0x05];
    let code = [write, end_with_result()].concat();
    check(&case("left open", &code), &format!("ended with code {}", 100 + EBADF));
    drop(std::mem::ManuallyDrop::into_inner(kept));
    assert_eq!(std::fs::read(&path).expect("it is ours"), b"", "nothing was written");
    std::fs::remove_file(&path).expect("it is ours");
}

/// An image may name any file of the machine: only a program is read for it.
#[test]
fn an_image_gets_no_file_that_is_no_program() {
    let path = std::env::temp_dir().join(format!("heaphound-thaw-{}-secret", std::process::id()));
    let mut secret = vec![b'x'; 2 * PAGE];
    std::fs::write(&path, &secret).expect("the temporary folder can be written");
    secret.truncate(PAGE);
    let name = path.to_string_lossy().into_owned();
    let error = thaw_bytes("secret", &image_with_file(&name, &secret)).to_string();
    assert!(error.contains("what it names as its program is none"), "{error}");
    std::fs::remove_file(&path).expect("it is ours");
}

#[test]
fn an_end_of_the_process_is_told_apart() {
    check(&case("crash", &[0x0f, 0x0b]), "crashed with signal 4");
    check(&case("no isolate", &[0x31, 0xc0, 0xc3]), "was not running JavaScript");
    // A lock of a thread that does not exist: the code of our own function.
    check(&case("stuck", &[0xbf, 73, 0, 0, 0, 0xb8, 231, 0, 0, 0, 0x0f, 0x05]), "a lock was held by a thread");
    // Five functions that give something: no document comes.
    check(&case("no document", &[0xb8, 1, 0, 0, 0, 0xc3]), "V8 wrote no whole snapshot");
    let not_quiet = Case { change: |header| header.is_quiet = false, ..case("not quiet", &[0x0f, 0x0b]) };
    check(&not_quiet, "freeze it again");
}

/// futex(CODE + 0x800, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0): the word is 0, and nobody wakes it.
pub(super) fn wait() -> Vec<u8> {
    let mut wait = [call(202), vec![0xeb, 0xfe]].concat();
    wait.splice(5..7, [0xbe, 0x80, 0, 0, 0]);
    wait
}

#[test]
fn a_process_that_stands_still_is_ended() {
    let wait = wait();
    let error = thaw_case(&case("waits", &wait), Duration::from_millis(200), &Control::new());
    assert!(error.to_string().contains("stood still"), "{error}");
    assert_eq!(error.code(), "HEAPHOUND_ERR_THAW");
}

#[test]
fn a_process_that_never_ends_is_ended_by_its_caller() {
    let control = Control::new();
    std::thread::scope(|scope| {
        let thawing = scope.spawn(|| thaw_case(&case("spins", &[0xeb, 0xfe]), Duration::from_secs(60), &control));
        // Once it runs. Before, it is cancelled as well.
        while control.progress().0 != "writing" && !thawing.is_finished() {
            std::thread::yield_now();
        }
        control.cancel();
        assert_eq!(thawing.join().expect("no panic"), Error::Cancelled);
    });
}

#[test]
fn what_cannot_go_on_here_is_refused_before_anything_runs() {
    let of = |name, change| Case { change, ..case(name, &[0x0f, 0x0b]) };
    check(&of("processor", |header| header.processor = vec!["avx9".into(), "zmm".into()]), "does not have avx9, zmm");
    check(&of("pages", |header| header.page_size = 65536), "pages of 65536 bytes");
    check(&of("way", |header| header.way = "dream".into()), "in the way `dream`");
    let several = Case {
        others: vec![Thread { id: 8, registers: [0; 27], extended: Vec::new() }],
        ..case("several threads", &[0x0f, 0x0b])
    };
    check(&several, "a forked child has one");
    let without_scope = |header: &mut Header| header.way = "ptrace".into();
    check(&of("scope", without_scope), "does not tell where sealHandleScope is");
    let without = |header: &mut Header| assert!(header.functions.remove("serialize").is_some());
    check(&of("functions", without), "does not tell where serialize is");
    let patch = |header: &mut Header| header.patches = vec![Patch { address: CODE + 4090, kind: PatchKind::Fail }];
    check(&of("patch", patch), "has no memory at 0x10000ffa");
}

/// The first function of V8 is replaced: it gives -1, which is no null, and the call with it crashes or not.
#[test]
fn a_patch_is_made_where_the_header_says() {
    let patch = |header: &mut Header| header.patches = vec![Patch { address: CODE, kind: PatchKind::Fail }];
    let patched = Case { change: patch, ..case("patched", &[0x0f, 0x0b]) };
    check(&patched, "V8 wrote no whole snapshot");
}
