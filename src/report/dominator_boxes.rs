//! The dominator tree as nested boxes.

use super::document::Document;
use crate::analysis::{BoxOf, BoxOptions, ClassOrdinal, DominatorBox, display_name, dominator_boxes};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::open::Opened;
use crate::text::TextBuf;
use serde::{Deserialize, Serialize};

/// Boxes of an answer, unless asked otherwise.
const LIMIT: usize = 600;
/// A box is a part of the outermost one that can be seen.
const PARTS: u64 = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BoxesQuestion {
    by: By,
    id: Option<u64>,
    /// Keys of classes.
    #[serde(default)]
    path: Vec<String>,
    limit: Option<usize>,
    least_size: Option<u64>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum By {
    Class,
    Object,
}

/// `BoxesDocument` of `index.d.ts`.
pub fn boxes(opened: &Opened, question: &BoxesQuestion, control: &Control) -> Result<Document> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        total_size: u64,
        r#box: Row,
    }
    let heap = &opened.heap;
    let start = question.id.map_or(Ok(heap.snapshot.root()), |id| opened.find(id))?;
    let total_size = heap.graph.retained_size(heap.snapshot.root());
    let options = BoxOptions {
        by_class: question.by == By::Class,
        start,
        path: question.path.iter().map(|key| class_of(opened, key)).collect::<Result<_>>()?,
        limit: question.limit.unwrap_or(LIMIT),
        least_size: question.least_size.unwrap_or(heap.graph.retained_size(start) / PARTS),
    };
    let found = dominator_boxes(heap, &options, control)?;
    Document::new(&Answer { total_size, r#box: Row::of(opened, &found, 0) })
}

fn class_of(opened: &Opened, key: &str) -> Result<ClassOrdinal> {
    let key = TextBuf::from(key);
    // Documents have the keys as they are shown.
    let at = opened.heap.classes.rows.iter().position(|class| class.key == key || class.key.as_text().shown() == key);
    at.map(|at| ClassOrdinal(at as u32)).ok_or_else(|| Error::Option {
        name: "path",
        what: format!("the snapshot has no class with the key {:?}", key.as_text().to_string_lossy()),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: TextBuf,
    count: u64,
    size: u64,
    own_size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<TextBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    rest: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    closed: bool,
    children: Vec<Row>,
}

impl Row {
    /// Recursion ends with the levels of the boxes.
    fn of(opened: &Opened, boxes: &[DominatorBox], at: usize) -> Self {
        let one = &boxes[at];
        let heap = &opened.heap;
        let (name, key, id) = match one.of {
            BoxOf::Start | BoxOf::Rest => (TextBuf::from(""), None, None),
            BoxOf::Class(class) => {
                let class = heap.classes.row(class);
                (class.name.as_text().shown(), Some(class.key.as_text().shown()), None)
            }
            BoxOf::Node(node) => (display_name(&heap.snapshot, node), None, Some(heap.snapshot.id(node))),
        };
        Self {
            name,
            count: one.count,
            size: one.size,
            own_size: one.own_size,
            key,
            id,
            rest: one.of == BoxOf::Rest,
            closed: one.is_closed,
            children: one.children.iter().map(|child| Self::of(opened, boxes, *child)).collect(),
        }
    }
}
