//! What accumulates over snapshots.

use super::allocations::FrameRow;
use super::comparison::{ComparisonQuestion, ComparisonRow};
use super::document::{Document, LATER};
use super::opened::Opened;
use super::places::{LocationRow, Places};
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::leaks::{self, Leak, LeakOptions, LeakedClass, Part, Step};
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct LeaksQuestion {
    limit: Option<usize>,
    #[serde(default)]
    operations: Vec<u64>,
    #[serde(flatten)]
    comparison: ComparisonQuestion,
}

/// `LeakDocument` of `index.d.ts`, without the member `snapshots`.
pub fn leaks(earlier: &[&Snapshot], last: &Opened, question: &LeaksQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    struct Head {
        comparison: ComparisonRow,
        leaks: [(); 0],
    }
    let mut options = LeakOptions {
        matching: question.comparison.matching(),
        operations: question.operations.clone(),
        ..LeakOptions::default()
    };
    options.limit = question.limit.unwrap_or(options.limit);
    let found = leaks::find(earlier, &last.heap, &options, control)?;
    let mut places = Places::new(last, control);
    let rows = found.leaks.into_iter().map(|leak| Ok(LeakRow::of(leak, last, &mut places)));
    let document = Document::new(&Head { comparison: found.comparison.into(), leaks: LATER })?
        .with_list("leaks", rows, control)?;
    control.begin(Stage::Done, 0);
    Ok(document)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeakRow {
    class_name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    container: ContainerRow,
    count_growth: Vec<i64>,
    size_growth: Vec<i64>,
    retained_growth: i64,
    retaining_path: Vec<StepRow>,
    fingerprint: String,
    examples: Vec<u64>,
    classes: Vec<ClassRow>,
    item: PartRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_operation: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allocation_stack: Vec<FrameRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_stack_count: Option<u64>,
}

impl LeakRow {
    fn of(leak: Leak, last: &Opened, places: &mut Places<'_>) -> Self {
        let container = leak.container;
        let stack = leak.allocated.iter().flat_map(|allocated| &allocated.stack);
        Self {
            class_name: leak.class_name,
            location: leak.location.map(|place| places.row(place)),
            container: ContainerRow {
                id: container.id,
                name: container.name,
                edge: container.edge,
                location: container.location.map(|place| places.row(place)),
            },
            count_growth: leak.count_growth,
            size_growth: leak.size_growth,
            retained_growth: leak.retained_growth,
            retaining_path: leak.retaining_path.into_iter().map(|step| StepRow::of(step, places)).collect(),
            fingerprint: leak.fingerprint,
            examples: leak.examples,
            classes: leak.classes.into_iter().map(ClassRow::of).collect(),
            item: PartRow::of(leak.item),
            per_operation: leak.per_operation,
            allocation_stack: stack.map(|function| FrameRow::of(&last.heap, function)).collect(),
            allocation_stack_count: leak.allocated.map(|allocated| allocated.count),
        }
    }
}

#[derive(Serialize)]
struct PartRow {
    name: TextBuf,
    edge: TextBuf,
    count: f64,
    size: f64,
    children: Vec<PartRow>,
}

impl PartRow {
    /// A tree of a few levels.
    fn of(part: Part) -> Self {
        let Part { name, edge, count, size, children } = part;
        Self { name, edge, count, size, children: children.into_iter().map(Self::of).collect() }
    }
}

#[derive(Serialize)]
struct ContainerRow {
    id: u64,
    name: TextBuf,
    edge: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

#[derive(Serialize)]
struct StepRow {
    name: TextBuf,
    edge: TextBuf,
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl StepRow {
    fn of(step: Step, places: &mut Places<'_>) -> Self {
        let location = step.location.map(|place| places.row(place));
        Self { name: step.name, edge: step.edge, id: step.id, location }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClassRow {
    class_name: TextBuf,
    count: i64,
    size: i64,
    count_growth: Vec<i64>,
    size_growth: Vec<i64>,
}

impl ClassRow {
    fn of(class: LeakedClass) -> Self {
        let sum = |growth: &[i64]| growth.iter().fold(0i64, |sum, step| sum.saturating_add(*step));
        Self {
            class_name: class.class_name,
            count: sum(&class.count_growth),
            size: sum(&class.size_growth),
            count_growth: class.count_growth,
            size_growth: class.size_growth,
        }
    }
}
