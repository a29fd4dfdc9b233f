//! A document as JSON in pages: written on the thread of the job, parsed on the main thread one page at a time.

use crate::control::Control;
use crate::error::{Error, Result};
use serde::Serialize;
use std::collections::VecDeque;

/// A page ends after so many rows, or so many bytes, whichever comes first. `benches/boundary.js` shows what one costs.
const PAGE_ROWS: usize = 64;
const PAGE_BYTES: usize = 16 << 10;

/// Stands in a head where a list belongs.
pub const LATER: [(); 0] = [];

/// A head and its long lists.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Document {
    /// A JSON object, with an empty array under the name of each list.
    pub head: String,
    pub lists: Vec<List>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    pub name: &'static str,
    /// JSON arrays of rows.
    pub pages: VecDeque<String>,
}

impl Document {
    pub fn new(head: &impl Serialize) -> Result<Self> {
        Ok(Self { head: to_json(head)?, lists: Vec::new() })
    }

    /// Adds a list; its rows are made and written one by one.
    ///
    /// # Errors
    /// [`Error::Cancelled`], and those of the rows.
    pub fn with_list<R: Serialize>(
        mut self,
        name: &'static str,
        rows: impl IntoIterator<Item = Result<R>>,
        control: &Control,
    ) -> Result<Self> {
        let mut pages = VecDeque::new();
        let mut page = String::from("[");
        let mut count = 0;
        for row in rows {
            control.check()?;
            if count > 0 {
                page.push(',');
            }
            page.push_str(&to_json(&row?)?);
            count += 1;
            if count == PAGE_ROWS || page.len() >= PAGE_BYTES {
                page.push(']');
                pages.push_back(std::mem::replace(&mut page, String::from("[")));
                count = 0;
            }
        }
        if count > 0 {
            page.push(']');
            pages.push_back(page);
        }
        self.lists.push(List { name, pages });
        Ok(self)
    }

    /// A document that is one list.
    pub fn of_rows<R: Serialize>(rows: impl IntoIterator<Item = Result<R>>, control: &Control) -> Result<Self> {
        #[derive(Serialize)]
        struct Rows {
            rows: [(); 0],
        }
        Self::new(&Rows { rows: LATER })?.with_list("rows", rows, control)
    }
}

pub fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal { what: format!("a row cannot be written: {error}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_pages() {
        let rows = (0..150).map(Ok);
        let document = Document::of_rows(rows, &Control::new()).expect("numbers can be written");
        assert_eq!(document.head, r#"{"rows":[]}"#);
        let pages = &document.lists[0].pages;
        let read: Vec<Vec<u32>> =
            pages.iter().map(|page| serde_json::from_str(page).expect("a page is JSON")).collect();
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 22]);
        assert_eq!(read.concat(), (0..150).collect::<Vec<_>>());
    }

    #[test]
    fn long_rows_make_short_pages() {
        let rows = (0..4).map(|_| Ok("x".repeat(PAGE_BYTES)));
        let document = Document::of_rows(rows, &Control::new()).expect("texts can be written");
        assert_eq!(document.lists[0].pages.len(), 4);
    }
}
