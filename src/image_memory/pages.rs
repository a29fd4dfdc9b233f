//! Each page gets one kind.

use super::Kind;
use super::follow::Followed;
use super::ranges::Claims;
use super::stacks::stacks;
use super::survey::{Area, Placed, Survey};
use std::collections::BTreeMap;

/// Bytes of each kind; together those of all pages.
pub(super) fn by_kind(survey: &Survey, followed: &Followed) -> Vec<(Kind, u64)> {
    let claims = claims(survey, followed);
    let mut bytes: BTreeMap<Kind, u64> = Kind::ALL.iter().map(|kind| (*kind, 0)).collect();
    let mut add = |kind: Kind, more: u64| *bytes.entry(kind).or_default() += more;
    for Placed { start, end, area } in &survey.mappings {
        let all = survey.pages.bytes_in(*start, *end);
        let mut claimed = 0;
        if *area == Area::Writable {
            for (from, to, kind) in claims.within(*start, *end) {
                let inside = survey.pages.bytes_in(from.max(*start), to.min(*end));
                add(kind, inside);
                claimed += inside;
            }
        }
        let rest = match area {
            Area::File(_) => Kind::Files,
            Area::Heap => Kind::MallocUsed,
            Area::Stack => Kind::Stacks,
            Area::Code => Kind::V8Code,
            Area::Shared => Kind::Shared,
            Area::Writable | Area::Other => Kind::Other,
        };
        add(rest, all - claimed);
    }
    // What is free in a heap was counted as used.
    for (start, end) in &followed.free_pages {
        let free = survey.pages.bytes_in(*start, *end);
        *bytes.entry(Kind::MallocFree).or_default() += free;
        *bytes.entry(Kind::MallocUsed).or_default() -= free;
    }
    bytes.into_iter().collect()
}

/// Bytes of each file, the largest first.
pub(super) fn by_file(survey: &Survey) -> Vec<(String, u64)> {
    let mut files: Vec<(String, u64)> = survey.files.iter().map(|name| (name.clone(), 0)).collect();
    for Placed { start, end, area } in &survey.mappings {
        if let Area::File(file) = area {
            files[*file].1 += survey.pages.bytes_in(*start, *end);
        }
    }
    files.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    files
}

/// What is known best comes first: two kinds of one page are a mistake of the second.
fn claims(survey: &Survey, followed: &Followed) -> Claims {
    let mut claims = Claims::default();
    let mut add = |ranges: &[(u64, u64)], kind: Kind| {
        for (start, end) in ranges {
            claims.add(*start, *end, kind);
        }
    };
    add(&followed.heaps, Kind::MallocUsed);
    add(&stacks(&survey.records, survey.thread.unwrap_or(0)), Kind::Stacks);
    add(&survey.v8_pages, Kind::V8Heap);
    add(&followed.v8_pages, Kind::V8Heap);
    add(&survey.blocks, Kind::LargeBlocks);
    claims
}
