//! Who wrote it: Node.js, a package or the program? And what did they call it?
//!
//! A bundle is one file of many authors, with short names: the source map says whose each place of it is, and what it
//! was called.

use super::newest::{Last, Meaning};
use crate::analysis::{SourceLocation, VariableOf, has_own_place, is_module_scope, scope_function};
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;

impl Last<'_> {
    /// Who wrote the code at this place: by the original file, where a source map names it.
    pub fn whose(&self, place: &SourceLocation) -> Meaning {
        match origin(&place.file.to_string()) {
            // What a package has within itself, its own sources included, is the package's.
            Meaning::Program => {
                let original = self.maps.and_then(|maps| maps.original(place));
                original.map_or(Meaning::Program, |original| origin(&original.file))
            }
            whose => whose,
        }
    }

    /// [`Last::class_name`], as it was before a bundler made it short; that is what a person knows, but it is of no use
    /// to find objects by.
    pub fn original_name(&self, node: NodeOrdinal) -> TextBuf {
        let name = self.class_name(node);
        let original = || {
            let maps = self.maps?;
            let place = self.scripts.locate(self.heap, node)?;
            let short = self.snapshot().name_text(node).to_string_lossy();
            match self.snapshot().kind(node) {
                NodeKind::CLOSURE => {
                    let known = maps.function(&place, &short).or_else(|| maps.class(&place, &short))?;
                    Some(TextBuf::from(format!("{known}()")))
                }
                NodeKind::OBJECT if name.as_text().is(&short) => {
                    maps.class(&place, &short).or_else(|| maps.function(&place, &short)).map(TextBuf::from)
                }
                _ => None,
            }
        };
        original().unwrap_or(name)
    }

    /// Name of the function whose variables a context holds, as it was written.
    pub fn function_of(&self, context: NodeOrdinal) -> Option<String> {
        let short = scope_function(self.heap, context)?;
        let has_place = has_own_place(self.heap, context);
        let place = || self.scripts.locate(self.heap, context).filter(|_| has_place);
        let original = || self.maps?.function(&place()?, &short);
        Some(original().unwrap_or(short))
    }

    /// Name of a context's variable, as it was written.
    pub fn variable_of(&self, context: NodeOrdinal, short: &str) -> String {
        let of = match context {
            _ if is_module_scope(self.snapshot(), context) => VariableOf::Script,
            _ if has_own_place(self.heap, context) => VariableOf::Function,
            _ => VariableOf::Around,
        };
        let original = || self.maps?.variable(&self.location(context)?, of, short);
        original().unwrap_or_else(|| short.to_owned())
    }
}

/// Who wrote the file.
fn origin(file: &str) -> Meaning {
    if file.starts_with("node:") || file.starts_with("internal/") {
        Meaning::Platform
    } else if file.contains("/node_modules/") || file.contains("\\node_modules\\") {
        Meaning::Package
    } else {
        Meaning::Program
    }
}
