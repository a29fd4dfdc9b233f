//! From the code that ran to the code that was written: positions through the source maps that scripts name.

use super::scripts::SourceLocation;
use sourcemap::DecodedMap;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// The most bytes that a script or a map may have; larger ones are left alone.
pub const MAX_SOURCE_BYTES: u64 = 128 << 20;

/// How the comment that names a map begins; the last one of a script counts.
const MARKS: [&[u8]; 2] = [b"//# sourceMappingURL=", b"//@ sourceMappingURL="];

/// A place in a file that a person wrote. Line and column count from 1.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OriginalLocation {
    pub file: String,
    pub line: u32,
    pub column: u32,
}

/// Reads a regular file of at most so many bytes; `None` when there is none. `archive` has the one that reads the disk.
pub type ReadFile<'a> = dyn FnMut(&Path, u64) -> Option<Vec<u8>> + 'a;

/// Source maps by script, each looked for once.
pub struct SourceMaps<'a> {
    read: Box<ReadFile<'a>>,
    by_file: HashMap<String, Option<Found>>,
}

struct Found {
    map: DecodedMap,
    /// Folder that the map's sources are relative to.
    folder: PathBuf,
}

impl<'a> SourceMaps<'a> {
    pub fn new(read: impl FnMut(&Path, u64) -> Option<Vec<u8>> + 'a) -> Self {
        Self { read: Box::new(read), by_file: HashMap::new() }
    }

    /// Where the place was before bundling or compiling; `None` when no map says so.
    ///
    /// Only scripts with an absolute path are read. A damaged map is no map.
    ///
    /// # Cost
    /// Reads the script and its map at the first place in the script.
    pub fn original(&mut self, place: &SourceLocation) -> Option<OriginalLocation> {
        let file = place.file.as_text().as_str()?;
        if !self.by_file.contains_key(file) {
            let found = self.find(Path::new(file));
            self.by_file.insert(file.to_owned(), found);
        }
        let found = self.by_file.get(file)?.as_ref()?;
        let token = found.map.lookup_token(place.line.checked_sub(1)?, place.column.checked_sub(1)?)?;
        let source = token.get_source()?;
        Some(OriginalLocation {
            file: resolve(&found.folder, source),
            line: token.get_src_line().checked_add(1)?,
            column: token.get_src_col().checked_add(1)?,
        })
    }

    fn find(&mut self, script: &Path) -> Option<Found> {
        if !script.is_absolute() {
            return None;
        }
        let folder = script.parent()?;
        let text = (self.read)(script, MAX_SOURCE_BYTES)?;
        let reference = reference(&text)?;
        if reference.starts_with("data:") {
            return Some(Found { map: sourcemap::decode_data_url(&reference).ok()?, folder: folder.to_owned() });
        }
        let path = PathBuf::from(resolve(folder, &reference));
        if !path.is_absolute() {
            return None;
        }
        let map = (self.read)(&path, MAX_SOURCE_BYTES)?;
        Some(Found { map: sourcemap::decode_slice(&map).ok()?, folder: path.parent()?.to_owned() })
    }
}

/// What the script's last `sourceMappingURL` comment names.
fn reference(script: &[u8]) -> Option<String> {
    let at = MARKS.iter().filter_map(|mark| memchr::memmem::rfind(script, mark).map(|at| at + mark.len())).max()?;
    let rest = &script[at..];
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    let url = std::str::from_utf8(&rest[..end]).ok()?.trim();
    // A space or a quote: this is a string in a program, not a comment.
    (!url.is_empty() && !url.contains([' ', '"', '\'', '`'])).then(|| url.to_owned())
}

/// A path relative to a folder, without `.` and `..`; URLs other than `file:` as they are.
fn resolve(folder: &Path, path: &str) -> String {
    let path = match path.strip_prefix("file://") {
        Some(rest) => rest,
        None if path.contains("://") => return path.to_owned(),
        None => path,
    };
    let mut plain = PathBuf::new();
    for part in folder.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    plain.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line 1, column 1 of the script is line 3, column 5 of `../src/a.ts`.
    const MAP: &str = r#"{"version":3,"sources":["../src/a.ts"],"names":[],"mappings":"AAEI"}"#;

    fn at(file: &str, column: u32) -> SourceLocation {
        SourceLocation { file: file.into(), line: 1, column, script_id: 1 }
    }

    fn original(script: &str, place: &SourceLocation) -> Option<String> {
        let mut maps = SourceMaps::new(|path, _| match path.to_str()? {
            "/app/dist/a.js" => Some(script.as_bytes().to_vec()),
            "/app/dist/maps/a.js.map" | "/app/dist/a.js.map" => Some(MAP.as_bytes().to_vec()),
            _ => None,
        });
        let found = maps.original(place)?;
        assert_eq!(maps.original(place), Some(found.clone()));
        Some(format!("{}:{}:{}", found.file, found.line, found.column))
    }

    #[track_caller]
    fn check_original(script: &str, expected: Option<&str>) {
        assert_eq!(original(script, &at("/app/dist/a.js", 9)).as_deref(), expected, "{script}");
    }

    #[test]
    fn positions_follow_the_map() {
        check_original("x\n//# sourceMappingURL=a.js.map\n", Some("/app/src/a.ts:3:5"));
        check_original("x\n//# sourceMappingURL=./maps/a.js.map", Some("/app/dist/src/a.ts:3:5"));
        check_original("x\n//# sourceMappingURL=gone.map", None);
        check_original("x\n//# sourceMappingURL=https://host/a.js.map", None);
        check_original("x", None);
        check_original("x = '//# sourceMappingURL=' + y", None);
        let inline = "eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImIudHMiXSwibmFtZXMiOltdLCJtYXBwaW5ncyI6IkFBRUkifQ==";
        check_original(
            &format!("//# sourceMappingURL=data:application/json;charset=utf-8;base64,{inline}"),
            Some("/app/dist/b.ts:3:5"),
        );
        check_original("//# sourceMappingURL=data:application/json;base64,!!!", None);
    }

    #[test]
    fn only_absolute_scripts_are_read() {
        assert_eq!(original("//# sourceMappingURL=a.js.map", &at("node:events", 1)), None);
        assert_eq!(original("//# sourceMappingURL=a.js.map", &at("dist/a.js", 1)), None);
    }
}
