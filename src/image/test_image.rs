//! Images that are whole, cut, flipped, and made to do harm.

use super::*;
use crate::error::{Error, Result};
use crate::test_random::Random;
use std::io::Read;

fn header() -> Header {
    let about = About {
        started_at: "2026-11-30T12:00:00.000Z".into(),
        runtime: "node".into(),
        node: "v22.0.0".into(),
        v8: "12.4".into(),
        pid: 7,
        thread_id: 0,
        argv: vec!["node".into(), "app.js".into()],
        memory: serde_json::json!({ "rss": 1 }),
    };
    Header {
        about,
        way: "fork".into(),
        is_quiet: true,
        kernel: "6.1".into(),
        page_size: PAGE as u64,
        processor: vec!["avx2".into()],
        files: vec![MappedFile { path: "/usr/bin/node".into(), address: 0x40_0000, build_id: Some("ab".into()) }],
        functions: [("f".to_owned(), 0x40_1000)].into(),
        patches: vec![Patch { address: 0x50_0000, kind: PatchKind::ClockGettime }],
        program: None,
        lineage: Some(Lineage { pid: 7, started: 99, secret: Some(u64::MAX) }),
    }
}

fn mapping(start: u64, pages: u64) -> Mapping<&'static [u8]> {
    let end = start + pages * PAGE as u64;
    let (kind, name) = (MappingKind::Private, &b"[heap]"[..]);
    Mapping { start, end, offset: 0, protection: 3, kind, key: 0, is_left_out: false, is_in_file: false, name }
}

fn thread() -> Thread {
    Thread { id: 7, registers: std::array::from_fn(|index| index as u64), extended: vec![1; 64] }
}

/// Three mappings, of which the second has pages that do not pack, so that there are several frames.
fn image() -> Vec<u8> {
    image_with(|writer, noise| {
        writer.mapping(&mapping(0x10_0000, 2))?;
        writer.mapping(&mapping(0x100_0000, 2000))?;
        for run in 0..6 {
            writer.pages(0x100_0000 + run * 300 * PAGE as u64, &noise[..MAX_PAGES * PAGE])?;
        }
        writer.mapping(&mapping(0x7fff_0000_0000, 1))?;
        writer.pages(0x7fff_0000_0000, &noise[..PAGE])
    })
}

fn image_with(fill: impl FnOnce(&mut ImageWriter<Vec<u8>>, &[u8]) -> std::io::Result<()>) -> Vec<u8> {
    let mut random = Random::new(11);
    let noise: Vec<u8> = (0..MAX_PAGES * PAGE / 8).flat_map(|_| random.number().to_le_bytes()).collect();
    let text = ImageWriter::<Vec<u8>>::header_text(&header()).expect("it is short");
    let mut writer = ImageWriter::new(Vec::new(), 99, &text).expect("memory takes all");
    writer.thread(&thread()).expect("memory takes all");
    writer.descriptors(&[0, 0, 0, 0, 7, 1, 0, 0]).expect("memory takes all");
    fill(&mut writer, &noise).expect("memory takes all");
    let totals = writer.finish().expect("memory takes all");
    let bytes = writer.into_inner();
    assert_eq!(totals.stored_bytes, bytes.len() as u64);
    bytes
}

#[test]
fn numbers_that_no_file_can_have_are_refused() {
    let text = ImageWriter::<Vec<u8>>::header_text(&header()).expect("it is short");
    let mut writer = ImageWriter::new(Vec::new(), 99, &text).expect("memory takes all");
    writer.thread(&thread()).expect("memory takes all");
    writer.descriptors(&u32::MAX.to_le_bytes()).expect("memory takes all");
    writer.finish().expect("memory takes all");
    let error = read_all(&writer.into_inner()[..]).expect_err("no system gives such a number");
    assert!(error.to_string().contains("the list of open files is none"), "{error}");
}

/// Counts of threads, open files, mappings and bytes of pages.
fn read_all(from: impl Read) -> Result<[u64; 4]> {
    let mut reader = ImageReader::new(from)?;
    let mut counts = [0; 4];
    while let Some(part) = reader.next_part()? {
        match part {
            Part::Thread(found) => {
                assert_eq!(found, thread());
                counts[0] += 1;
            }
            Part::Descriptors(numbers) => {
                assert_eq!(numbers, [0, 0x107]);
                counts[1] += 2;
            }
            Part::Mapping(found) => {
                assert_eq!(found.name, "[heap]");
                counts[2] += 1;
            }
            Part::Pages { bytes, .. } => counts[3] += bytes.len() as u64,
        }
    }
    assert_eq!(reader.header(), &header());
    Ok(counts)
}

#[test]
fn what_is_written_is_read() {
    let counts = [1, 2, 3, ((6 * MAX_PAGES + 1) * PAGE) as u64];
    let image = image();
    assert!(is_image(&image));
    assert_eq!(read_all(&image[..]), Ok(counts));
    // A pipe gives what it has.
    struct Drops<'a>(&'a [u8]);
    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let most = into.len().min(977);
            self.0.read(&mut into[..most])
        }
    }
    assert_eq!(read_all(Drops(&image)), Ok(counts));
}

#[test]
fn every_tool_for_zstd_unpacks_it() {
    let unpacked = zstd::decode_all(&image()[..]).expect("frames and frames to skip");
    assert!(unpacked.len() > 6 * MAX_PAGES * PAGE);
}

fn check_damaged(bytes: &[u8], what: &str) {
    match read_all(bytes) {
        Err(Error::Image { offset, .. }) => assert!(offset <= bytes.len() as u64, "{what}: {offset}"),
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_cut_image_is_refused_wherever_it_was_cut() {
    let image = image();
    let mut random = Random::new(5);
    // Before, in and after each of the first heads, and anywhere.
    let places = (0..140).chain((0..200).map(|_| random.below(image.len() as u64) as usize));
    for place in places.chain([image.len() - 1]) {
        check_damaged(&image[..place], &format!("cut at {place}"));
    }
    let longer = [&image[..], b"x"].concat();
    check_damaged(&longer, "one byte more");
}

#[test]
fn a_flipped_bit_is_seen_wherever_it_is() {
    let mut image = image();
    let mut random = Random::new(6);
    let bits = (0..64 * 8).chain((0..1000).map(|_| random.below(image.len() as u64 * 8) as usize));
    for bit in bits.collect::<Vec<_>>() {
        image[bit / 8] ^= 1 << (bit % 8);
        check_damaged(&image, &format!("bit {bit}"));
        image[bit / 8] ^= 1 << (bit % 8);
    }
    assert!(read_all(&image[..]).is_ok());
}

/// Their checksums are right: somebody made them.
#[test]
fn records_that_cannot_be_are_refused() {
    type Fill = fn(&mut ImageWriter<Vec<u8>>, &[u8]) -> std::io::Result<()>;
    let cases: [(&str, Fill); 12] = [
        ("nothing", |_, _| Ok(())),
        ("pages without a mapping", |writer, noise| writer.pages(0x10_0000, &noise[..PAGE])),
        ("pages before the mapping", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(0xf_f000, &noise[..PAGE])
        }),
        ("pages behind the mapping", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(0x10_1000, &noise[..2 * PAGE])
        }),
        ("pages at the end of all addresses", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(u64::MAX - 0xfff, &noise[..PAGE])
        }),
        ("pages twice", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(0x10_0000, &noise[..PAGE])?;
            writer.pages(0x10_0000, &noise[..PAGE])
        }),
        ("half a page", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(0x10_0000, &noise[..PAGE / 2])
        }),
        ("pages between pages", |writer, noise| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.pages(0x10_0008, &noise[..PAGE])
        }),
        ("mappings that overlap", |writer, _| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.mapping(&mapping(0x10_1000, 2))
        }),
        ("a mapping of the kernel", |writer, _| writer.mapping(&mapping(1 << 47, 2))),
        ("pages that were left out", |writer, noise| {
            writer.mapping(&Mapping { is_left_out: true, ..mapping(0x10_0000, 2) })?;
            writer.pages(0x10_0000, &noise[..PAGE])
        }),
        ("a thread behind the memory", |writer, _| {
            writer.mapping(&mapping(0x10_0000, 2))?;
            writer.thread(&thread())
        }),
    ];
    for (name, fill) in cases {
        check_damaged(&image_with(fill), name);
    }
}

#[test]
fn frames_of_two_images_do_not_go_together() {
    let one = image();
    let mut other = one.clone();
    // Another number, with the checksum that fits.
    let text = ImageWriter::<Vec<u8>>::header_text(&header()).expect("it is short");
    let mut fresh = ImageWriter::new(Vec::new(), 98, &text).expect("memory takes all");
    fresh.finish().expect("memory takes all");
    let fresh = fresh.into_inner();
    other[..32].copy_from_slice(&fresh[..32]);
    check_damaged(&other, "the head of another image");
}
