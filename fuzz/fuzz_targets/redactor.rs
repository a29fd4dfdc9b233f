//! Any bytes are redacted or refused, every split gives the same bytes, and what was a snapshot still is one, of the
//! same shape.

#![no_main]

use heaphound::error::Result;
use heaphound::format::{Parser, Redactor, Tables};
use libfuzzer_sys::fuzz_target;

const KEY: [u8; 32] = [7; 32];

fuzz_target!(|input: &[u8]| {
    let whole = redact(input, input.len().max(1));
    let size = input.first().map_or(1, |first| usize::from(*first) + 1);
    let pieces = redact(input, size);
    assert_eq!(whole.is_ok(), pieces.is_ok());
    let (Ok(whole), Ok(pieces)) = (whole, pieces) else { return };
    assert_eq!(whole, pieces);
    if let Ok(before) = parse(input) {
        let after = parse(&whole).expect("a redacted snapshot is a snapshot");
        assert_eq!(before.nodes.id.len(), after.nodes.id.len());
        assert_eq!(before.edges.kind_and_target, after.edges.kind_and_target);
        assert_eq!(before.strings.len(), after.strings.len());
    }
});

fn redact(input: &[u8], piece: usize) -> Result<Vec<u8>> {
    let mut redactor = Redactor::new(KEY);
    let mut out = Vec::new();
    for piece in input.chunks(piece) {
        redactor.feed(piece, &mut out)?;
    }
    redactor.finish()?;
    Ok(out)
}

fn parse(input: &[u8]) -> Result<Tables> {
    let mut parser = Parser::with_size_hint(input.len() as u64);
    parser.feed(input)?;
    parser.finish()
}
