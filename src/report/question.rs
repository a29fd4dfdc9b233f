//! Questions to one snapshot, as `lib/open/snapshot.js` writes them, and the document that answers each.

use super::document::Document;
use super::{
    allocations, contexts, dominator_boxes, dominators, node, owners, path, query, strings, summary, suspects,
};
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use crate::open::Opened;
use serde::Deserialize;

/// One question. Member `about` names it, the others are its options; JavaScript has checked them.
#[derive(Deserialize)]
#[serde(tag = "about", rename_all = "camelCase")]
enum Question {
    Summary(summary::SummaryQuestion),
    Statistics,
    Contexts,
    Node(node::NodeQuestion),
    Edges(node::EdgesQuestion),
    Retainers(node::RetainersQuestion),
    Sizes(node::SizesQuestion),
    RetainingPath(path::PathQuestion),
    Dominators(dominators::DominatorsQuestion),
    DominatorBoxes(dominator_boxes::BoxesQuestion),
    DuplicateStrings(strings::StringsQuestion),
    Query(query::QueryQuestion),
    Allocations,
    Suspects(suspects::SuspectsQuestion),
    Owners(owners::OwnersQuestion),
}

/// Answers a question given as JSON.
///
/// # Errors
/// [`Error::NoSuchNode`], [`Error::Option`], [`Error::Cancelled`]; [`Error::Internal`] when it is no question.
pub fn answer(opened: &Opened, question: &str, control: &Control) -> Result<Document> {
    let question = parse(question)?;
    control.begin(Stage::Analysis, 0);
    let document = opened.pool()?.install(|| match question {
        Question::Summary(question) => summary::summary(opened, &question, control),
        Question::Statistics => summary::statistics_document(opened, control),
        Question::Contexts => contexts::contexts(opened, control),
        Question::Node(question) => node::node(opened, &question, control),
        Question::Edges(question) => node::edges(opened, &question, control),
        Question::Retainers(question) => node::retainers(opened, &question, control),
        Question::Sizes(question) => node::sizes(opened, &question),
        Question::RetainingPath(question) => path::retaining_path(opened, &question, control),
        Question::Dominators(question) => dominators::dominators(opened, &question, control),
        Question::DominatorBoxes(question) => dominator_boxes::boxes(opened, &question, control),
        Question::DuplicateStrings(question) => strings::strings(opened, &question, control),
        Question::Query(question) => query::query_document(opened, &question, control),
        Question::Allocations => allocations::allocations(opened, control),
        Question::Suspects(question) => suspects::suspects(opened, &question, control),
        Question::Owners(question) => owners::owners(opened, &question, control),
    })?;
    control.begin(Stage::Done, 0);
    Ok(document)
}

/// Options as `lib/` writes them.
pub fn parse<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Internal { what: format!("the options of a call: {error}") })
}
