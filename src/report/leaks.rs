//! The document of leaks over several snapshots.

use super::allocations::FrameRow;
use super::comparison::{ComparisonQuestion, ComparisonRow};
use super::document::{Document, LATER};
use super::info::info;
use super::path::PathRow;
use super::places::{LocationRow, Places};
use super::responsible::ResponsibleRow;
use crate::analysis::{Comparison, Matching, node_version};
use crate::control::{Control, Stage};
use crate::error::Result;
use crate::leaks::{
    self, Account, Cause, Confidence, Container, Counted, Detail, DroppedGrowth, Freed, Leak, LeakOptions, LeakReport,
    LeakedClass, Leaking, OneOff, Part, PlaceGrowth, Step, WeakMap,
};
use crate::open::Opened;
use crate::snapshot::Snapshot;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaksQuestion {
    limit: Option<usize>,
    #[serde(default)]
    operations: Vec<u64>,
    #[serde(default)]
    elapsed_ms: Vec<u64>,
    /// The id space of each snapshot, where it is known; for who has not asked for the relation before.
    #[serde(default)]
    id_spaces: Vec<Option<String>>,
    #[serde(default)]
    tools: Vec<String>,
    /// Lines of the source around each place, where a source map has its text; none without the member.
    source_lines: Option<u32>,
    /// Beginning of a fingerprint.
    explain: Option<String>,
    #[serde(flatten)]
    comparison: ComparisonQuestion,
}

/// `LeakDocument` of `index.d.ts`, without the member `snapshots`.
pub fn leaks(earlier: &[&Snapshot], last: &Opened, question: &LeaksQuestion, control: &Control) -> Result<Document> {
    let mut places = Places::new(last, control).with_lines(question.source_lines);
    let found = leaks::find_mapped(earlier, &last.heap, &question.options(), places.maps(), control)?;
    document(found, last, Vec::new(), &mut places, control)
}

/// [`leaks`], after [`leaks::count_earlier`]. `infos`: those of snapshots that nobody else has read, in the order of
/// the call.
pub fn leaks_counted(
    counted: Counted<'_>,
    last: &Opened,
    (comparison, infos): (Comparison, Vec<String>),
    question: &LeaksQuestion,
    control: &Control,
) -> Result<Document> {
    let mut places = Places::new(last, control).with_lines(question.source_lines);
    let found = leaks::find_counted(counted, &last.heap, comparison, &question.options(), places.maps(), control)?;
    document(found, last, infos, &mut places, control)
}

impl LeaksQuestion {
    pub fn options(&self) -> LeakOptions {
        let mut options = LeakOptions {
            matching: self.comparison.matching(),
            operations: self.operations.clone(),
            elapsed: self.elapsed_ms.clone(),
            tools: self.tools.clone(),
            explain: self.explain.clone(),
            ..LeakOptions::default()
        };
        options.limit = self.limit.unwrap_or(options.limit);
        options
    }

    pub fn id_spaces(&self) -> &[Option<String>] {
        &self.id_spaces
    }

    /// How objects are followed, where nobody has to look at the heaps for it.
    pub fn known_comparison(&self) -> Option<Comparison> {
        match self.comparison.matching() {
            Matching::Known(comparison) => Some(comparison),
            Matching::Sample => None,
        }
    }
}

fn document(
    found: LeakReport,
    last: &Opened,
    infos: Vec<String>,
    places: &mut Places<'_>,
    control: &Control,
) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        /// `SnapshotInfo` of the newest snapshot as JSON: it may have been analysed for this answer.
        newest_info: String,
        /// `ReadInfo` of each snapshot, where only this answer has read them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        infos: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        node_version: Option<String>,
        comparison: ComparisonRow,
        leaks: [(); 0],
        left_out: usize,
        one_off: Vec<OneOffRow>,
        dropped: Vec<DroppedRow>,
        accounting: AccountRow,
    }
    let one_off = found.one_off.into_iter().map(|growth| OneOffRow::of(growth, places)).collect();
    let dropped = found.dropped.into_iter().map(|growth| DroppedRow::of(growth, places)).collect();
    let accounting = AccountRow::of(found.account, &found.fingerprints);
    let node_version = node_version(&last.heap.snapshot, control)?;
    let newest_info = info(last)?;
    let comparison = found.comparison.into();
    let left_out = found.fingerprints.len() - found.leaks.len();
    let head =
        Head { newest_info, infos, node_version, comparison, leaks: LATER, left_out, one_off, dropped, accounting };
    let rows = found.leaks.into_iter().map(|leak| Ok(LeakRow::of(leak, places)));
    let document = Document::new(&head)?.with_list("leaks", rows, control)?;
    control.begin(Stage::Done, 0);
    Ok(document)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LeakRow {
    class_name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    responsible: ResponsibleRow,
    container: ContainerRow,
    count_growth: Vec<i64>,
    size_growth: Vec<i64>,
    retained_growth: i64,
    retaining_path: Vec<StepRow>,
    fingerprint: String,
    examples: Vec<u64>,
    classes: Vec<ClassRow>,
    item: PartRow,
    kind: &'static str,
    advice: String,
    #[serde(skip_serializing_if = "DetailRow::is_empty")]
    detail: DetailRow,
    confidence: &'static str,
    evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_operation: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allocation_stack: Vec<FrameRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_stack_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    freed: Option<FreedRow>,
}

impl LeakRow {
    fn of(leak: Leak, places: &mut Places<'_>) -> Self {
        let allocation_stack_count = leak.allocated.as_ref().map(|allocated| allocated.count);
        let stack = leak.allocated.into_iter().flat_map(|allocated| allocated.stack);
        Self {
            class_name: leak.class_name,
            location: leak.location.map(|place| places.row(place)),
            responsible: ResponsibleRow::of(leak.responsible, places),
            container: ContainerRow::of(leak.container, places),
            count_growth: leak.count_growth,
            size_growth: leak.size_growth,
            retained_growth: leak.retained_growth,
            retaining_path: leak.retaining_path.into_iter().map(|step| StepRow::of(step, places)).collect(),
            fingerprint: leak.fingerprint,
            examples: leak.examples,
            classes: leak.classes.into_iter().map(ClassRow::of).collect(),
            item: PartRow::of(leak.item),
            kind: leak.kind.name(),
            advice: leak.advice,
            detail: DetailRow::of(leak.detail, places),
            confidence: match leak.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            },
            evidence: leak.evidence,
            per_operation: leak.per_operation,
            allocation_stack: stack.map(|frame| FrameRow::of(frame, places)).collect(),
            allocation_stack_count,
            freed: leak.freed.map(FreedRow::of),
        }
    }
}

/// `LeakFreed` of `index.d.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FreedRow {
    size: u64,
    count: u64,
    cut_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    still: Option<StillRow>,
}

#[derive(Serialize)]
struct StillRow {
    count: u64,
    id: u64,
    holder: HolderRow,
}

#[derive(Serialize)]
struct HolderRow {
    id: u64,
    name: TextBuf,
}

impl FreedRow {
    fn of(freed: Freed) -> Self {
        let Freed { size, count, cut_count, still } = freed;
        let still = still.map(|still| StillRow {
            count: still.count,
            id: still.id,
            holder: HolderRow { id: still.holder_id, name: still.holder_name },
        });
        Self { size, count, cut_count, still }
    }
}

#[derive(Serialize)]
pub struct PartRow {
    name: TextBuf,
    edge: TextBuf,
    count: f64,
    size: f64,
    children: Vec<PartRow>,
}

impl PartRow {
    /// A tree of a few levels.
    pub fn of(part: Part) -> Self {
        let Part { name, edge, count, size, children } = part;
        Self { name, edge, count, size, children: children.into_iter().map(Self::of).collect() }
    }
}

#[derive(Serialize)]
pub struct ContainerRow {
    id: u64,
    name: TextBuf,
    edge: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl ContainerRow {
    pub fn of(container: Container, places: &mut Places<'_>) -> Self {
        let location = container.location.map(|place| places.row(place));
        Self { id: container.id, name: container.name, edge: container.edge, location }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DetailRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    emitter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
}

impl DetailRow {
    pub fn of(detail: Detail, places: &mut Places<'_>) -> Self {
        let Detail { emitter, event, function, location, parent_size, module } = detail;
        Self { emitter, event, function, location: location.map(|place| places.row(place)), parent_size, module }
    }

    pub fn is_empty(&self) -> bool {
        let is_named = self.emitter.is_some() || self.event.is_some() || self.function.is_some();
        !is_named && self.location.is_none() && self.parent_size.is_none() && self.module.is_none()
    }
}

#[derive(Serialize)]
struct StepRow {
    #[serde(flatten)]
    step: PathRow,
    leaking: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    #[serde(rename = "weakMap", skip_serializing_if = "Option::is_none")]
    weak_map: Option<WeakMapRow>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
}

/// `WeakMapOfEntry` of `index.d.ts`.
#[derive(Serialize)]
struct WeakMapRow {
    id: u64,
    #[serde(rename = "heldBy")]
    holder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
}

impl StepRow {
    fn of(step: Step, places: &mut Places<'_>) -> Self {
        let leaking = match step.leaking {
            Leaking::No => "no",
            Leaking::Unknown => "unknown",
            Leaking::Yes => "yes",
        };
        let location = step.location.map(|place| places.row(place));
        let weak_map = step.weak_map.map(|WeakMap { id, holder, location }| {
            let location = location.map(|place| places.row(place));
            WeakMapRow { id, holder, location }
        });
        let Step { name, shape, edge, reference, id, because, cut, .. } = step;
        Self { step: PathRow { name, shape, edge, reference, id, location }, leaking, because, weak_map, cut }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlaceGrowthRow {
    class_name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    container: ContainerRow,
    count_growth: Vec<i64>,
    size_growth: Vec<i64>,
}

impl PlaceGrowthRow {
    fn of(growth: PlaceGrowth, places: &mut Places<'_>) -> Self {
        Self {
            class_name: growth.class_name,
            location: growth.location.map(|place| places.row(place)),
            container: ContainerRow::of(growth.container, places),
            count_growth: growth.count_growth,
            size_growth: growth.size_growth,
        }
    }
}

#[derive(Serialize)]
struct OneOffRow {
    #[serde(flatten)]
    place: PlaceGrowthRow,
    size: i64,
    why: &'static str,
    because: &'static str,
}

impl OneOffRow {
    fn of(OneOff { place, why }: OneOff, places: &mut Places<'_>) -> Self {
        let size = place.size();
        Self { place: PlaceGrowthRow::of(place, places), size, why: why.name(), because: why.sentence() }
    }
}

#[derive(Serialize)]
struct DroppedRow {
    #[serde(flatten)]
    place: PlaceGrowthRow,
    rule: &'static str,
    because: &'static str,
}

impl DroppedRow {
    fn of(DroppedGrowth { place, rule }: DroppedGrowth, places: &mut Places<'_>) -> Self {
        Self { place: PlaceGrowthRow::of(place, places), rule: rule.why.name(), because: rule.because }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountRow {
    size: i64,
    size_growth: Vec<i64>,
    unexplained_size: i64,
    is_explained: bool,
    lines: Vec<LineRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineRow {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    because: &'static str,
    size: i64,
    size_growth: Vec<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<ClassRow>,
}

impl AccountRow {
    fn of(account: Account, fingerprints: &[String]) -> Self {
        let Account { size_growth, lines, unexplained, is_explained } = account;
        let lines = lines.into_iter().map(|line| {
            let (what, fingerprint, why) = match line.cause {
                Cause::Leak(at) => ("leak", fingerprints.get(at).cloned(), None),
                Cause::OneOff(why) => ("oneOff", None, Some(why.name())),
                Cause::Unexplained => ("unexplained", None, None),
                Cause::Unheld => ("unheld", None, None),
                Cause::Outside => ("outside", None, None),
                Cause::Rest => ("rest", None, None),
                Cause::Freed => ("freed", None, None),
            };
            LineRow {
                what,
                fingerprint,
                why,
                because: line.cause.sentence(),
                size: line.size_growth.iter().sum(),
                size_growth: line.size_growth,
                classes: line.classes.into_iter().map(ClassRow::of).collect(),
            }
        });
        Self {
            size: size_growth.iter().sum(),
            lines: lines.collect(),
            size_growth,
            unexplained_size: unexplained,
            is_explained,
        }
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
