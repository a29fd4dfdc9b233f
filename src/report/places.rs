//! Source positions in documents.

use crate::analysis::{SourceLocation, SourceMaps, file_of_script};
use crate::control::Control;
use crate::error::Result;
use crate::format::Location;
use crate::open::Opened;
use crate::ordinal::NodeOrdinal;
use crate::text::{Text, TextBuf};
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
    /// The file at hand has no such line, and no map says where the place was.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unmapped: bool,
    /// Only the file is known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whole_file: bool,
}

#[derive(Serialize)]
struct OriginalRow {
    file: TextBuf,
    line: u32,
    column: u32,
    /// Of the text that the map brings with it; `lib/sources` makes `source` of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<LinesRow>,
}

#[derive(Serialize)]
struct LinesRow {
    first: u32,
    lines: Vec<String>,
}

/// Finds the positions of one document's rows; with the option, through source maps that are read once.
pub struct Places<'a> {
    opened: &'a Opened,
    control: &'a Control,
    maps: Option<SourceMaps>,
    /// Lines around each place, of texts that maps bring; `None` for no text at all.
    lines_around: Option<u32>,
}

impl<'a> Places<'a> {
    pub fn new(opened: &'a Opened, control: &'a Control) -> Self {
        Self { opened, control, maps: opened.source_maps(), lines_around: None }
    }

    /// The same with lines of the text, where a map brings it.
    pub fn with_lines(self, around: Option<u32>) -> Self {
        Self { lines_around: around, ..self }
    }

    pub fn maps(&self) -> Option<&SourceMaps> {
        self.maps.as_ref()
    }

    pub fn of_node(&mut self, node: NodeOrdinal) -> Result<Option<LocationRow>> {
        let place = self.opened.scripts(self.control)?.locate(&self.opened.heap, node);
        Ok(place.map(|place| self.row(place)))
    }

    /// The name and the place of a function that was running. The file has the script's name as V8 was given it.
    pub fn of_frame(&self, name: Text<'_>, place: SourceLocation) -> (TextBuf, LocationRow) {
        let in_file = SourceLocation { file: file_of_script(place.file.as_text()), ..place.clone() };
        let short = name.to_string_lossy();
        let original = self.maps.as_ref().and_then(|maps| {
            maps.function(&in_file, &short).or_else(|| maps.class(&in_file, &short)).map(TextBuf::from)
        });
        let row = LocationRow { file: place.file, ..self.row(in_file) };
        (original.unwrap_or_else(|| name.to_owned()), row)
    }

    /// The place of a position as the file has it. A script without a name gives an empty file.
    pub fn of_location(&mut self, location: Location) -> Result<LocationRow> {
        let place = self.opened.scripts(self.control)?.resolve(location);
        Ok(self.row(place))
    }

    /// The row of a file of which no line is known.
    pub fn whole_file(&self, place: SourceLocation) -> LocationRow {
        LocationRow { whole_file: true, ..self.row(place) }
    }

    pub fn row(&self, place: SourceLocation) -> LocationRow {
        let original = self.maps.as_ref().and_then(|maps| maps.original(&place));
        let is_beyond = self.maps.as_ref().is_some_and(|maps| original.is_none() && maps.is_beyond(&place));
        LocationRow {
            original: original.map(|it| OriginalRow {
                file: TextBuf::from(it.file),
                line: it.line,
                column: it.column,
                lines: self.lines_of(&place),
            }),
            file: place.file,
            line: place.line,
            column: place.column,
            script_id: place.script_id,
            unmapped: is_beyond,
            whole_file: false,
        }
    }

    fn lines_of(&self, place: &SourceLocation) -> Option<LinesRow> {
        let found = self.maps.as_ref()?.original_lines(place, self.lines_around?)?;
        Some(LinesRow { first: found.first, lines: found.lines })
    }
}
