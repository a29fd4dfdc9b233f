//! Whose objects a heap has.

use super::document::{Document, LATER};
use super::places::Places;
use crate::analysis::Sum;
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
use crate::owners::{self, By, Owner, OwnerOptions};
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

#[derive(Deserialize)]
pub struct OwnersQuestion {
    by: ByWord,
    #[serde(default)]
    sort: OwnersSort,
    limit: Option<usize>,
    #[serde(default)]
    tools: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum ByWord {
    Package,
    File,
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum OwnersSort {
    #[default]
    ShallowSize,
    Count,
    Name,
}

/// `OwnerDocument` of `index.d.ts`, without the members `snapshot` and `by`.
pub fn owners(opened: &Opened, question: &OwnersQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        owners: [(); 0],
        more: MoreRow,
        rest: RestRow,
    }
    let places = Places::new(opened, control);
    let by = match question.by {
        ByWord::Package => By::Package,
        ByWord::File => By::File,
    };
    let options = OwnerOptions { by, tools: question.tools.clone() };
    let found = owners::owners(&opened.heap, opened.scripts(control)?, places.maps(), &options, control)?;
    let mut rows = found.rows;
    rows.sort_by(|(a, of_a), (b, of_b)| {
        let by_size = || (Reverse(of_a.size), Reverse(of_a.count)).cmp(&(Reverse(of_b.size), Reverse(of_b.count)));
        let by_name = || a.name.as_text().cmp_utf16(b.name.as_text()).then_with(|| a.kind.word().cmp(b.kind.word()));
        match question.sort {
            OwnersSort::ShallowSize => by_size().then_with(by_name),
            OwnersSort::Count => Reverse(of_a.count).cmp(&Reverse(of_b.count)).then_with(by_size).then_with(by_name),
            OwnersSort::Name => by_name(),
        }
    });
    let shown = question.limit.unwrap_or(usize::MAX).min(rows.len());
    let more = MoreRow { owners: rows.len() - shown, sum: total(rows[shown..].iter().map(|(_, sum)| *sum)) };
    rows.truncate(shown);
    let native = opened.heap.snapshot.tables().extra_native_bytes;
    let SumRow { count, shallow_size } = total([found.several, found.nobody]);
    let rest = RestRow {
        count,
        shallow_size: shallow_size.saturating_add(native),
        several: found.several.into(),
        nobody: found.nobody.into(),
        extra_native_size: native,
    };
    let rows = rows.into_iter().map(|(owner, sum)| Ok(OwnerRow::of(&owner, sum)));
    Document::new(&Head { owners: LATER, more, rest })?.with_list("owners", rows, control)
}

fn total(sums: impl IntoIterator<Item = Sum>) -> SumRow {
    let zero = SumRow { count: 0, shallow_size: 0 };
    sums.into_iter().fold(zero, |all, sum| SumRow {
        count: all.count + sum.count,
        shallow_size: all.shallow_size.saturating_add(sum.size),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SumRow {
    count: u64,
    shallow_size: u64,
}

impl From<Sum> for SumRow {
    fn from(sum: Sum) -> Self {
        Self { count: sum.count, shallow_size: sum.size }
    }
}

#[derive(Serialize)]
struct OwnerRow {
    name: TextBuf,
    kind: &'static str,
    #[serde(flatten)]
    sum: SumRow,
}

impl OwnerRow {
    fn of(owner: &Owner, sum: Sum) -> Self {
        Self { name: owner.name.as_text().shown(), kind: owner.kind.word(), sum: sum.into() }
    }
}

/// Owners that the limit left out.
#[derive(Serialize)]
struct MoreRow {
    owners: usize,
    #[serde(flatten)]
    sum: SumRow,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestRow {
    count: u64,
    shallow_size: u64,
    several: SumRow,
    nobody: SumRow,
    extra_native_size: u64,
}
