//! The golden files: snapshots, and what Chrome DevTools computes for them (`__test__/fixtures/golden/README.md`).

use flate2::read::MultiGzDecoder;
use heaphound::analysis::{Heap, Parity};
use heaphound::control::Control;
use heaphound::format::Parser;
use heaphound::open::{OpenOptions, analyse};
use heaphound::snapshot::Snapshot;
use heaphound::text::Text;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Real heaps: expected values and snapshot.
pub const REAL: [(&str, &str); 4] = [
    ("n20-plain.expected.json.gz", "n20-plain.heapsnapshot.gz"),
    ("n22-devtools.expected.json.gz", "n22-devtools.heapsnapshot.gz"),
    ("n24-plain.expected.json.gz", "n24-plain.heapsnapshot.gz"),
    ("n26.expected.json.gz", "n26.heaptimeline.gz"),
];

/// Random graphs with two snapshots each.
pub fn synthetic() -> impl Iterator<Item = (String, String)> {
    let pairs: Vec<_> = (0..)
        .map(|number| format!("synthetic/{number:03}"))
        .take_while(|stem| folder().join(format!("{stem}a.heapsnapshot")).exists())
        .flat_map(|stem| ["a", "b"].map(|side| format!("{stem}{side}")))
        .map(|stem| (format!("{stem}.expected.json"), format!("{stem}.heapsnapshot")))
        .collect();
    assert!(pairs.len() >= 60, "the synthetic files are missing");
    pairs.into_iter()
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("__test__/fixtures/golden")
}

pub fn parse(file: &str) -> Snapshot {
    let mut parser = Parser::new();
    parser.feed(&read(file)).expect(file);
    Snapshot::new(parser.finish().expect(file))
}

pub fn open(file: &str, parity: Parity) -> Heap {
    let options = OpenOptions { parity, threads: 2, ..OpenOptions::default() };
    let control = Control::new();
    let pool = options.pool().expect("threads");
    pool.install(|| analyse(parse(file), &options, &control)).expect(file)
}

/// A JSON file, in which lone surrogates are spelled as [`shown`] spells them.
pub fn json(file: &str) -> Value {
    let bytes = read(file);
    let mut spelled = Vec::with_capacity(bytes.len());
    let mut rest = &bytes[..];
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        spelled.extend_from_slice(&rest[..at]);
        // `JSON.stringify` escapes lone surrogates only.
        match &rest[at..] {
            [_, b'u', b'd', b'8' | b'9' | b'a'..=b'f', ..] => {
                spelled.extend_from_slice("\u{fffd}".as_bytes());
                spelled.extend_from_slice(&rest[at + 2..at + 6]);
                rest = &rest[at + 6..];
            }
            _ => {
                spelled.extend_from_slice(&rest[at..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    spelled.extend_from_slice(rest);
    serde_json::from_slice(&spelled).expect(file)
}

/// A text with lone surrogates as U+FFFD and their number.
pub fn shown(text: Text<'_>) -> String {
    if let Some(text) = text.as_str() {
        return text.to_owned();
    }
    char::decode_utf16(text.units())
        .map(|unit| unit.map_or_else(|lone| format!("\u{fffd}{:04x}", lone.unpaired_surrogate()), String::from))
        .collect()
}

fn read(file: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut stored = File::open(folder().join(file)).expect(file);
    if file.ends_with(".gz") {
        MultiGzDecoder::new(stored).read_to_end(&mut bytes).expect(file);
    } else {
        stored.read_to_end(&mut bytes).expect(file);
    }
    bytes
}
