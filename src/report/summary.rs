//! The classes of a heap, and the parts of its size.

use super::document::{Document, LATER};
use super::places::{LocationRow, Places};
use super::rows::system;
use crate::analysis::{Aggregate, NamedFilter, NodeFilter, aggregates, statistics};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::open::Opened;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SummaryQuestion {
    filter: Option<String>,
    id_range: Option<IdRange>,
    #[serde(default)]
    sort: SummarySort,
    limit: Option<usize>,
}

/// Ids above `after` up to and including `up_to`.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
struct IdRange {
    after: Option<u64>,
    up_to: Option<u64>,
}

impl IdRange {
    fn filter(self) -> NodeFilter {
        NodeFilter::Ids { above: self.after.unwrap_or(0), up_to: self.up_to.unwrap_or(u64::MAX) }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "camelCase")]
enum SummarySort {
    #[default]
    RetainedSize,
    ShallowSize,
    Count,
    Distance,
    Name,
}

/// `SummaryDocument` of `index.d.ts`, without the member `snapshot`.
pub fn summary(opened: &Opened, question: &SummaryQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        classes: [(); 0],
    }
    let heap = &opened.heap;
    let mut found = aggregates(heap, &filter(opened, question, control)?, control)?;
    let name = |aggregate: &Aggregate| heap.classes.row(aggregate.class).name.as_text();
    found.sort_by(|a, b| {
        let order = match question.sort {
            SummarySort::RetainedSize => b.retained_size.cmp(&a.retained_size),
            SummarySort::ShallowSize => b.shallow_size.cmp(&a.shallow_size),
            SummarySort::Count => b.count.cmp(&a.count),
            SummarySort::Distance => a.distance.cmp(&b.distance),
            SummarySort::Name => name(a).cmp_utf16(name(b)),
        };
        order.then_with(|| (Reverse(a.retained_size), a.class).cmp(&(Reverse(b.retained_size), b.class)))
    });
    found.truncate(question.limit.unwrap_or(usize::MAX));
    let mut places = Places::new(opened, control);
    let rows = found.iter().map(|aggregate| ClassRow::of(opened, aggregate, &mut places));
    Document::new(&Head { classes: LATER })?.with_list("classes", rows, control)
}

/// `Statistics` of `index.d.ts`.
pub fn statistics_document(opened: &Opened, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Row {
        total: u64,
        native: NativeRow,
        v8heap: V8HeapRow,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct NativeRow {
        total: u64,
        typed_arrays: u64,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct V8HeapRow {
        total: u64,
        code: u64,
        js_arrays: u64,
        strings: u64,
        system: u64,
    }
    let found = statistics(&opened.heap, control)?;
    let heap = found.v8_heap;
    Document::new(&Row {
        total: found.total,
        native: NativeRow { total: found.native.total, typed_arrays: found.native.typed_arrays },
        v8heap: V8HeapRow {
            total: heap.total,
            code: heap.code,
            js_arrays: heap.js_arrays,
            strings: heap.strings,
            system: heap.system,
        },
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClassRow {
    key: TextBuf,
    name: TextBuf,
    count: u64,
    shallow_size: u64,
    retained_size: u64,
    distance: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl ClassRow {
    fn of(opened: &Opened, aggregate: &Aggregate, places: &mut Places<'_>) -> Result<Self> {
        let class = opened.heap.classes.row(aggregate.class);
        Ok(Self {
            key: class.key.as_text().shown(),
            name: class.name.as_text().shown(),
            count: aggregate.count,
            shallow_size: aggregate.shallow_size,
            retained_size: aggregate.retained_size,
            distance: aggregate.distance,
            system: system(aggregate.distance),
            location: class.location.map(|location| places.of_location(location)).transpose()?,
        })
    }
}

fn filter(opened: &Opened, question: &SummaryQuestion, control: &Control) -> Result<NodeFilter> {
    match (&question.filter, question.id_range) {
        (None, None) => Ok(NodeFilter::All),
        (None, Some(range)) => Ok(range.filter()),
        (Some(name), None) => {
            let filter = NamedFilter::by_name(&opened.heap.snapshot, name)
                .ok_or_else(|| Error::Option { name: "filter", what: format!("{name} is not known") })?;
            NodeFilter::named(&opened.heap, filter, control)
        }
        (Some(_), Some(_)) => {
            Err(Error::Option { name: "idRange", what: "cannot be used together with a filter".to_owned() })
        }
    }
}
