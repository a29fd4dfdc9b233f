//! Hands a document to JavaScript, page by page.

use crate::report::Document;
use napi_derive::napi;

/// Gives each text once: what JavaScript has is freed here.
#[napi]
pub struct Pages {
    document: Document,
}

#[napi]
impl Pages {
    /// The document as JSON, with empty arrays where its long lists belong.
    #[napi(catch_unwind)]
    pub fn head(&mut self) -> String {
        std::mem::take(&mut self.document.head)
    }

    /// Name of the list that the next pages belong to; null at the end.
    #[napi(catch_unwind)]
    pub fn list(&self) -> Option<&'static str> {
        self.document.lists.first().map(|list| list.name)
    }

    /// The next page of the list, a JSON array; null at its end, where the next list begins.
    #[napi(catch_unwind)]
    pub fn next(&mut self) -> Option<String> {
        let page = self.document.lists.first_mut().and_then(|list| list.pages.pop_front());
        if page.is_none() && !self.document.lists.is_empty() {
            self.document.lists.remove(0);
        }
        page
    }
}

impl From<Document> for Pages {
    fn from(document: Document) -> Self {
        Self { document }
    }
}
