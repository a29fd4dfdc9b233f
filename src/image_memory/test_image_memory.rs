//! Images whose memory is drawn here: every page has its kind, and the kinds have all pages.

use super::*;
use crate::image::{ImageWriter, Mapping, MappingKind, PAGE, Thread};
use std::io::Cursor;

const HEAP: u64 = 0x40_0000;
const V8: u64 = 0x1000_0000;
const NEWER_V8: u64 = 0x2000_0000;
const BLOCK: u64 = 0x3000_1000;
const STACK: u64 = 0x5000_0000;
const MAIN: u64 = 0x6000_0000;

/// Numbers at places of pages; other bytes of these pages are 1.
struct Drawn {
    mapping: Mapping<&'static [u8]>,
    pages: Vec<u64>,
    numbers: Vec<(u64, u64)>,
}

fn drawn(start: u64, pages: u64, protection: u32, name: &'static [u8]) -> Drawn {
    let end = start + pages * PAGE as u64;
    let mapping = Mapping {
        start,
        end,
        offset: 0,
        protection,
        kind: MappingKind::Private,
        key: 0,
        is_left_out: false,
        is_in_file: false,
        name,
    };
    Drawn { mapping, pages: (0..pages).collect(), numbers: Vec::new() }
}

fn process() -> Vec<Drawn> {
    let record = HEAP + 0x100;
    let thread = |at: u64| vec![(at, at), (at + 0x10, at), (at + 0x28, 0x1234_5600)];
    vec![
        drawn(0x30_0000, 2, 1, b"/usr/bin/node"),
        Drawn { pages: vec![0], ..drawn(0x30_2000, 3, 3, b"") },
        Drawn {
            numbers: [
                vec![(HEAP + 8, 0x1001), (HEAP + 0x1008, 0x3001), (HEAP + 0x4008, 0x1000), (HEAP + 0x5008, 0x1001)],
                vec![(record + 8, NEWER_V8), (record + 16, 0x40000)],
                vec![(record + 56, NEWER_V8 + 0x40000), (record + 72, NEWER_V8 + 0x10)],
            ]
            .concat(),
            ..drawn(HEAP, 6, 3, b"[heap]")
        },
        Drawn {
            pages: vec![0, 5],
            numbers: vec![(V8, 0x40000), (V8 + 24, V8 + 0x1148), (V8 + 32, V8 + 0x40000)],
            ..drawn(V8, 64, 3, b"")
        },
        Drawn { numbers: vec![(NEWER_V8 + 8, record)], ..drawn(NEWER_V8, 64, 3, b"") },
        Drawn { numbers: vec![(BLOCK, 0), (BLOCK + 8, 0x20000 | 2)], ..drawn(BLOCK - 0x1000, 35, 3, b"") },
        drawn(0x4000_0000, 4, 7, b""),
        Drawn { pages: vec![3], numbers: thread(STACK + 0x36c0), ..drawn(STACK, 4, 3, b"") },
        Drawn { numbers: thread(MAIN + 0x740), ..drawn(MAIN, 1, 3, b"") },
        Drawn {
            mapping: Mapping { kind: MappingKind::Shared, ..drawn(0x7000_0000, 1, 3, b"/dev/shm/a").mapping },
            ..drawn(0x7000_0000, 1, 3, b"")
        },
        drawn(0x7ff0_0000, 2, 3, b"[stack]"),
    ]
}

fn image_of(process: &[Drawn]) -> Vec<u8> {
    let header = Header { page_size: PAGE as u64, ..Header::empty() };
    let text = ImageWriter::<Vec<u8>>::header_text(&header).expect("it is short");
    let mut writer = ImageWriter::new(Vec::new(), 3, &text).expect("memory takes all");
    let mut thread = Thread { id: 7, registers: [0; 27], extended: Vec::new() };
    thread.registers[Thread::THREAD_POINTER] = MAIN + 0x740;
    let mut fill = || {
        writer.thread(&thread)?;
        for Drawn { mapping, pages, numbers } in process {
            writer.mapping(mapping)?;
            for page in pages {
                let start = mapping.start + page * PAGE as u64;
                let mut bytes = vec![1; PAGE];
                for (at, number) in numbers.iter().filter(|(at, _)| (start..start + PAGE as u64).contains(at)) {
                    let at = (at - start) as usize;
                    bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
                }
                writer.pages(start, &bytes)?;
            }
        }
        writer.finish()
    };
    fill().expect("memory takes all");
    writer.into_inner()
}

fn memory(image: &[u8]) -> Result<ImageMemory> {
    memory_of(|| Ok((Cursor::new(image), image.len() as u64)), &Control::new())
}

fn pages_of(memory: &ImageMemory) -> Vec<(Kind, u64)> {
    let pages = memory.kinds.iter().map(|(kind, bytes)| (*kind, bytes / PAGE as u64));
    pages.filter(|(_, pages)| *pages > 0).collect()
}

#[test]
fn every_page_has_its_kind_and_the_kinds_have_all_pages() {
    let memory = memory(&image_of(&process())).expect("it is whole");
    let expected = [
        (Kind::V8Heap, 2 + 64),
        (Kind::V8Code, 4),
        (Kind::LargeBlocks, 32),
        (Kind::MallocUsed, 4),
        (Kind::MallocFree, 2),
        (Kind::Stacks, 1 + 2),
        (Kind::Files, 3),
        (Kind::Shared, 1),
        (Kind::Other, 3 + 1),
    ];
    assert_eq!(pages_of(&memory), expected);
    assert_eq!(memory.kinds.iter().map(|(_, bytes)| bytes).sum::<u64>(), memory.total);
    assert_eq!(memory.files, [("/usr/bin/node".to_owned(), 3 * PAGE as u64)]);
    assert_eq!(memory.malloc, Malloc { heaps: 1, known: 1, used: 0x2000, free: 0x4000 });
}

#[test]
fn what_does_not_agree_is_not_known() {
    let mut process = process();
    // A chunk that leads nowhere, a page of V8 that ends before it begins, a block behind its mapping.
    process[2].numbers[1] = (HEAP + 0x1008, 0x3011);
    process[3].numbers[2] = (V8 + 32, V8 + 0x10);
    process[5].numbers[1] = (BLOCK + 8, 0x40000 | 2);
    process[7].numbers[2] = (STACK + 0x36c0 + 0x28, 0x7777_7700);
    let memory = memory(&image_of(&process)).expect("it is whole");
    let of = |kind: Kind| pages_of(&memory).iter().find(|(one, _)| *one == kind).map_or(0, |(_, pages)| *pages);
    assert_eq!((of(Kind::MallocUsed), of(Kind::MallocFree)), (6, 0));
    assert_eq!((memory.malloc.known, memory.malloc.used), (0, 0));
    assert_eq!((of(Kind::V8Heap), of(Kind::LargeBlocks), of(Kind::Stacks)), (64, 0, 2));
    assert_eq!(memory.kinds.iter().map(|(_, bytes)| bytes).sum::<u64>(), memory.total);
}

#[test]
fn a_damaged_image_is_an_error_with_its_code() {
    let image = image_of(&process());
    for cut in [0, 10, image.len() / 2, image.len() - 1] {
        assert_eq!(memory(&image[..cut]).expect_err("it is cut").code(), "HEAPHOUND_ERR_IMAGE", "{cut}");
    }
}

#[test]
fn an_image_that_changes_between_both_readings_is_an_error() {
    let (one, mut other) = (image_of(&process()), process());
    other.pop();
    let other = image_of(&other);
    let turn = std::cell::Cell::new(0);
    let open = || {
        let image = if turn.replace(1) == 0 { &one } else { &other };
        Ok((Cursor::new(image.clone()), 0))
    };
    let error = memory_of(open, &Control::new()).expect_err("they differ");
    assert!(error.to_string().contains("has changed while it was read"), "{error}");
}

#[test]
fn a_cancelled_reading_ends() {
    let image = image_of(&process());
    let control = Control::new();
    control.cancel();
    assert_eq!(memory_of(|| Ok((Cursor::new(&image), 0)), &control), Err(Error::Cancelled));
}
