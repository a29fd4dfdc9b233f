//! The largest accumulations of one heap.

use super::document::{Document, LATER};
use super::leaks::{ContainerRow, DetailRow, PartRow};
use super::path::PathRow;
use super::places::{LocationRow, Places};
use super::responsible::ResponsibleRow;
use crate::analysis::{Sum, display_name};
use crate::control::Control;
use crate::error::Result;
use crate::open::Opened;
use crate::paths::name::Naming;
use crate::suspects::{self, Confidence, Looks, Other, Sections, Suspect, SuspectOptions, Use};
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

/// Suspects, unless asked otherwise.
const LIMIT: usize = 20;

#[derive(Deserialize)]
pub struct SuspectsQuestion {
    limit: Option<usize>,
    #[serde(default)]
    tools: Vec<String>,
}

/// `SuspectDocument` of `index.d.ts`, without the member `snapshot`.
pub fn suspects(opened: &Opened, question: &SuspectsQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Head {
        total_size: u64,
        least_size: u64,
        suspects: [(); 0],
        accounting: Vec<LineRow>,
        sections: SectionsRow,
    }
    let places = Places::new(opened, control);
    let scripts = opened.scripts(control)?;
    let options = SuspectOptions { limit: question.limit.unwrap_or(LIMIT), tools: question.tools.clone() };
    let found = suspects::find(&opened.heap, scripts, places.maps(), &options, control)?;
    let naming = found.whole.naming(&opened.heap, scripts, places.maps());
    let lines = found.lines.iter().map(|line| LineRow {
        what: line.of.name(),
        fingerprint: match line.of {
            Use::Suspect(at) => Some(found.suspects[at].fingerprint.clone()),
            _ => None,
        },
        because: line.of.sentence(),
        size: line.size,
    });
    let accounting = lines.collect();
    let sections = SectionsRow::of(opened, &found.sections);
    let head = Head { total_size: found.total, least_size: found.least, suspects: LATER, accounting, sections };
    let mut row_places = Places::new(opened, control);
    let rows = found.suspects.into_iter().map(|suspect| Ok(SuspectRow::of(suspect, &naming, &mut row_places)));
    Document::new(&head)?.with_list("suspects", rows, control)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineRow {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    because: &'static str,
    size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SuspectRow {
    class_name: TextBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationRow>,
    count: u64,
    size: u64,
    single: bool,
    container: ContainerRow,
    container_item_count: u64,
    container_retained_size: u64,
    container_count: u64,
    looks_like: &'static str,
    confidence: &'static str,
    evidence: Vec<String>,
    counter_evidence: Vec<String>,
    kind: &'static str,
    advice: String,
    #[serde(skip_serializing_if = "DetailRow::is_empty")]
    detail: DetailRow,
    responsible: ResponsibleRow,
    item: PartRow,
    classes: Vec<OtherRow>,
    retaining_path: Vec<PathRow>,
    examples: Vec<u64>,
    fingerprint: String,
}

impl SuspectRow {
    fn of(suspect: Suspect, naming: &Naming<'_>, places: &mut Places<'_>) -> Self {
        let opinion = suspect.opinion;
        Self {
            class_name: suspect.class_name,
            location: suspect.location.map(|place| places.row(place)),
            count: suspect.count,
            size: suspect.size,
            single: suspect.is_single,
            container: ContainerRow::of(suspect.container, places),
            container_item_count: suspect.container_item_count,
            container_retained_size: suspect.container_retained_size,
            container_count: suspect.container_count,
            looks_like: match opinion.looks {
                Looks::Leak => "leak",
                Looks::Bounded => "bounded",
                Looks::Loaded => "loaded",
            },
            confidence: match opinion.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
                Confidence::Low => "low",
            },
            evidence: opinion.speaks_for,
            counter_evidence: opinion.speaks_against,
            kind: suspect.kind.name(),
            advice: suspect.advice,
            detail: DetailRow::of(suspect.detail, places),
            responsible: ResponsibleRow::of(suspect.responsible, places),
            item: PartRow::of(suspect.item),
            classes: suspect.others.into_iter().map(OtherRow::of).collect(),
            retaining_path: suspect.path.iter().map(|node| PathRow::of(naming, *node, places)).collect(),
            examples: suspect.examples,
            fingerprint: suspect.fingerprint,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtherRow {
    class_name: TextBuf,
    count: u64,
    size: u64,
}

impl OtherRow {
    fn of(other: Other) -> Self {
        Self { class_name: other.class_name, count: other.count, size: other.size }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SectionsRow {
    duplicate_strings: DuplicatesRow,
    huge_strings: Vec<TextRow>,
    detached: SumRow,
    context_count: u64,
    external: SumRow,
}

#[derive(Serialize)]
struct SumRow {
    count: u64,
    size: u64,
}

#[derive(Serialize)]
struct DuplicatesRow {
    count: u64,
    size: u64,
    most: Vec<DuplicateRow>,
}

#[derive(Serialize)]
struct DuplicateRow {
    value: TextBuf,
    count: usize,
    size: u64,
}

#[derive(Serialize)]
struct TextRow {
    id: u64,
    start: TextBuf,
    size: u64,
}

impl SectionsRow {
    fn of(opened: &Opened, sections: &Sections) -> Self {
        let snapshot = &opened.heap.snapshot;
        let most = sections.most_duplicated.iter().map(|group| DuplicateRow {
            value: group.value.as_text().shown(),
            count: group.members.len(),
            size: group.shallow_size,
        });
        let huge = sections.huge_strings.iter().map(|node| TextRow {
            id: snapshot.id(*node),
            start: display_name(snapshot, *node),
            size: snapshot.shallow_size(*node),
        });
        let sum = |sum: Sum| SumRow { count: sum.count, size: sum.size };
        Self {
            duplicate_strings: DuplicatesRow {
                count: sections.duplicates.count,
                size: sections.duplicates.size,
                most: most.collect(),
            },
            huge_strings: huge.collect(),
            detached: sum(sections.detached),
            context_count: sections.contexts,
            external: sum(sections.external),
        }
    }
}
