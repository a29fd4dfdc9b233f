//! Source positions in documents.

use super::opened::Opened;
use crate::analysis::{SourceLocation, SourceMaps};
use crate::archive;
use crate::control::Control;
use crate::error::Result;
use crate::format::Location;
use crate::ordinal::NodeOrdinal;
use crate::text::TextBuf;
use serde::Serialize;

/// `SourceLocation` of `index.d.ts`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationRow {
    file: TextBuf,
    line: u32,
    column: u32,
    script_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<OriginalRow>,
}

#[derive(Serialize)]
struct OriginalRow {
    file: TextBuf,
    line: u32,
    column: u32,
}

/// Finds the positions of one document's rows; with the option, through source maps that are read once.
pub struct Places<'a> {
    opened: &'a Opened,
    control: &'a Control,
    maps: Option<SourceMaps<'a>>,
}

impl<'a> Places<'a> {
    pub fn new(opened: &'a Opened, control: &'a Control) -> Self {
        let maps = opened.options.source_maps.then(|| SourceMaps::new(archive::read_small));
        Self { opened, control, maps }
    }

    pub fn of_node(&mut self, node: NodeOrdinal) -> Result<Option<LocationRow>> {
        let place = self.opened.scripts(self.control)?.locate(&self.opened.heap, node);
        Ok(place.map(|place| self.row(place)))
    }

    /// Of a position as the file has it; that of a script without a name says nothing.
    pub fn of_location(&mut self, location: Location) -> Result<LocationRow> {
        let place = self.opened.scripts(self.control)?.resolve(location);
        Ok(self.row(place))
    }

    pub fn row(&mut self, place: SourceLocation) -> LocationRow {
        let original = self.maps.as_mut().and_then(|maps| maps.original(&place));
        LocationRow {
            original: original.map(|it| OriginalRow { file: TextBuf::from(it.file), line: it.line, column: it.column }),
            file: place.file,
            line: place.line,
            column: place.column,
            script_id: place.script_id,
        }
    }
}
