//! Questions to one snapshot, as `lib/snapshot.js` writes them, and the document that answers each.

use super::document::Document;
use super::opened::Opened;
use super::node;
use crate::control::{Control, Stage};
use crate::error::{Error, Result};
use serde::Deserialize;

/// One question. Member `about` names it, the others are its options; JavaScript has checked them.
#[derive(Deserialize)]
#[serde(tag = "about", rename_all = "camelCase")]
enum Question {
    RetainingPath(node::PathQuestion),
}

/// Answers a question given as JSON.
///
/// # Errors
/// [`Error::NoSuchNode`], [`Error::Option`], [`Error::Cancelled`]; [`Error::Internal`] when it is no question.
pub fn answer(opened: &Opened, question: &str, control: &Control) -> Result<Document> {
    let question = serde_json::from_str(question).map_err(|error| Error::Internal { what: error.to_string() })?;
    control.begin(Stage::Analysis, 0);
    let document = opened.pool()?.install(|| match question {
        Question::RetainingPath(question) => node::retaining_path(opened, &question, control),
    })?;
    control.begin(Stage::Done, 0);
    Ok(document)
}
