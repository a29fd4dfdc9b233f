//! Any bytes give tables that hold together or an error, and every split of them gives the same.

#![no_main]

use heaphound::error::Result;
use heaphound::format::{Ahead, Parser, Tables};
use heaphound::ordinal::StringOrdinal;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parser = Parser::with_size_hint(input.len() as u64);
    let whole = parser.feed(input).and_then(|()| parser.finish());
    assert_eq!(in_pieces(input), whole);
    if let Ok(tables) = whole {
        check(&tables);
    }
});

/// Pieces of a few bytes to a few hundred, drawn from the input itself.
fn in_pieces(input: &[u8]) -> Result<Tables> {
    let mut seed = input.iter().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut parser = Parser::new();
    let mut ahead = Ahead::default();
    let mut rest = input;
    while !rest.is_empty() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let most = if seed >> 63 == 0 { 9 } else { 400 };
        let (piece, more) = rest.split_at(((seed >> 33) as usize % most).min(rest.len()));
        ahead.clear();
        if seed >> 62 & 1 == 0 {
            ahead.scan(piece);
        }
        parser.feed_scanned(piece, &mut ahead)?;
        rest = more;
    }
    parser.finish()
}

fn check(tables: &Tables) {
    let nodes = tables.nodes.kind.len();
    let edges = tables.edges.kind_and_target.len();
    assert_eq!(tables.nodes.name.len(), nodes);
    assert_eq!(tables.nodes.id.len(), nodes);
    assert_eq!(tables.nodes.size.len(), nodes);
    assert_eq!(tables.nodes.first_edge.len(), nodes + 1);
    assert!(tables.nodes.trace_node_id.is_empty() || tables.nodes.trace_node_id.len() == nodes);
    assert!(tables.nodes.first_edge.is_sorted());
    assert_eq!(tables.nodes.first_edge[nodes] as usize, edges);
    assert!(nodes == 0 || (tables.root as usize) < nodes);
    assert_eq!(tables.edges.name_or_index.len(), edges);
    assert!(tables.edges.kind_and_target.iter().all(|packed| ((packed & ((1 << 29) - 1)) as usize) < nodes));
    assert!(tables.nodes.name.iter().all(|name| (*name as usize) < tables.strings.len()));
    // Reads every string: ends must rise and stay inside.
    assert!((0..tables.strings.len()).all(|index| tables.strings.get(StringOrdinal(index as u32)).utf16_len() < 1 << 20));
    assert!(tables.locations.nodes.is_sorted_by(|a, b| a < b));
    assert!(tables.trace_nodes.iter().enumerate().all(|(row, trace)| trace.parent as usize <= row));
    // The wide values of a column come back.
    assert_eq!(tables.nodes.id.iter().count() + tables.nodes.size.iter().count(), 2 * nodes);
}
