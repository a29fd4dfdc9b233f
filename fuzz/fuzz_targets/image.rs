//! Any bytes are read as a frozen image, or refused; and any bytes are read as its records, behind a header and with
//! checksums that are right, as somebody makes them who means harm.

#![no_main]

use flate2::Crc;
use heaphound::error::{Error, Result};
use heaphound::image::{ImageReader, ImageWriter, PAGE, Part};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    _ = check(input);
    if !input.is_empty() {
        _ = check(&with_checksums(input));
    }
});

/// Reads all, and looks whether the reader kept what it promises.
fn check(bytes: &[u8]) -> Result<()> {
    let mut reader = ImageReader::new(bytes)?;
    let mut mapping = 0..0;
    let mut free = 0;
    loop {
        match reader.next_part() {
            Ok(None) => return Ok(()),
            Ok(Some(Part::Mapping(next))) => {
                assert!(next.start >= mapping.end && next.start < next.end && next.end <= 1 << 47);
                (mapping, free) = (next.start..next.end, next.start);
            }
            Ok(Some(Part::Pages { address, bytes })) => {
                let end = address + bytes.len() as u64;
                assert!(address >= free && end <= mapping.end && bytes.len() % PAGE == 0 && !bytes.is_empty());
                free = end;
            }
            Ok(Some(_)) => {}
            Err(error) => {
                let Error::Image { offset, .. } = &error else { panic!("{error}") };
                assert!(*offset <= bytes.len() as u64);
                return Err(error);
            }
        }
    }
}

/// The first frame of an image, with its header, and a frame of these records.
fn with_checksums(records: &[u8]) -> Vec<u8> {
    const HEADER: &str = r#"{"startedAt":"","runtime":"node","node":"","v8":"","pid":1,"threadId":0,"argv":[],"memory":null,"way":"fork","isQuiet":true,"kernel":"","pageSize":4096,"processor":[],"files":[],"functions":{},"patches":[]}"#;
    let writer = ImageWriter::new(Vec::new(), 1, HEADER.as_bytes()).expect("memory takes all");
    let mut file = writer.into_inner();
    file.truncate(32);
    let mut header = [1_u64.to_le_bytes(), (HEADER.len() as u64).to_le_bytes()].concat();
    header.extend(HEADER.as_bytes());
    for (sequence, raw) in [&header[..], records].into_iter().enumerate() {
        let packed = zstd::bulk::compress(raw, 1).expect("memory takes all");
        let mut head = vec![0; 28];
        head[..4].copy_from_slice(&0x184d_2a51_u32.to_le_bytes());
        head[4..8].copy_from_slice(&24_u32.to_le_bytes());
        head[8..16].copy_from_slice(&1_u64.to_le_bytes());
        head[16..20].copy_from_slice(&(sequence as u32).to_le_bytes());
        head[20..24].copy_from_slice(&(packed.len() as u32).to_le_bytes());
        head[24..28].copy_from_slice(&(raw.len() as u32).to_le_bytes());
        let mut sum = Crc::new();
        sum.update(&head);
        sum.update(&packed);
        head.extend(sum.sum().to_le_bytes());
        file.extend(head);
        file.extend(packed);
    }
    file
}
