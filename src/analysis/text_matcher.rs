//! Does a text match? The matcher runs once for each distinct string, not for each node or edge with it.

use super::names::display_name;
use crate::error::{Error, Result};
use crate::kind::NodeKind;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::Text;
use regex::bytes::{Regex, RegexBuilder};

const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

/// What to look for in names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    pub text: String,
    /// `text` is a regular expression, else a plain substring.
    pub is_regex: bool,
    pub case_sensitive: bool,
}

impl Pattern {
    /// A regular expression that ignores case.
    pub fn regex(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_regex: true, case_sensitive: false }
    }

    /// # Errors
    /// [`Error::Option`] for a faulty expression, naming the option.
    pub fn compile(&self, option: &'static str) -> Result<Regex> {
        let text = if self.is_regex { self.text.clone() } else { regex::escape(&self.text) };
        RegexBuilder::new(&text).case_insensitive(!self.case_sensitive).build().map_err(|error| Error::Option {
            name: option,
            what: format!(
                "{}; this is Rust's syntax, without look-around and back-references",
                error.to_string().replace('\n', " ")
            ),
        })
    }
}

/// A pattern and its answers so far.
///
/// # Shapes
/// One byte a string.
pub struct TextMatcher {
    regex: Regex,
    answers: Vec<u8>,
}

impl TextMatcher {
    pub fn new(snapshot: &Snapshot, regex: Regex) -> Self {
        Self { regex, answers: vec![UNKNOWN; snapshot.tables().strings.len()] }
    }

    pub fn matches(&self, text: Text<'_>) -> bool {
        self.regex.is_match(text.as_bytes())
    }

    pub fn matches_string(&mut self, snapshot: &Snapshot, string: StringOrdinal) -> bool {
        let answer = &mut self.answers[string.index()];
        if *answer == UNKNOWN {
            *answer = if self.regex.is_match(snapshot.text(string).as_bytes()) { YES } else { NO };
        }
        *answer == YES
    }

    /// Whether the display name matches.
    pub fn matches_node(&mut self, snapshot: &Snapshot, node: NodeOrdinal) -> bool {
        let is_computed = match snapshot.kind(node) {
            NodeKind::CONCATENATED_STRING => true,
            NodeKind::OBJECT => snapshot.name_text(node).is("Object"),
            _ => false,
        };
        if is_computed {
            self.matches(display_name(snapshot, node).as_text())
        } else {
            self.matches_string(snapshot, snapshot.name(node))
        }
    }
}
