//! Maps positions in the code that ran to positions in the original source, by the source maps that scripts name.

use super::original_names::OriginalNames;
use super::scripts::SourceLocation;
use crate::text::TextBuf;
use sourcemap::{DecodedMap, Token};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

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

/// Lines of a file that a map brings with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OriginalLines {
    /// Number of the first one, from 1.
    pub first: u32,
    pub lines: Vec<String>,
}

/// A longer line is no code that a person reads.
const LONGEST_LINE: usize = 20_000;

/// Reads a regular file of at most so many bytes; `None` when there is none. `archive` has the one that reads the disk.
pub type ReadFile = dyn Fn(&Path, u64) -> Option<Vec<u8>>;

/// Source maps by script, each looked for once.
pub struct SourceMaps {
    read: Box<ReadFile>,
    /// Where maps are that do not lie where the script says.
    folder: Option<PathBuf>,
    by_file: RefCell<HashMap<TextBuf, Rc<Script>>>,
}

/// Whose variable it is, seen from a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VariableOf {
    /// The script in which the place is.
    Script,
    /// The function at the place.
    Function,
    /// The function in which that at the place was made.
    Around,
}

/// What the files at hand say of a script.
#[derive(Default)]
struct Script {
    /// Of the file at hand; `None` when there is none.
    lines: Option<usize>,
    map: Option<DecodedMap>,
    /// Folder that the map's sources are relative to.
    base: PathBuf,
    names: OnceCell<Option<OriginalNames>>,
}

impl SourceMaps {
    pub fn new(read: impl Fn(&Path, u64) -> Option<Vec<u8>> + 'static, folder: Option<PathBuf>) -> Self {
        Self { read: Box::new(read), folder, by_file: RefCell::default() }
    }

    /// Where the place was before bundling or compiling; `None` when no map says so.
    ///
    /// Only scripts with an absolute path are read. A damaged map is no map.
    ///
    /// # Cost
    /// Reads the script and its map at the first place in the script.
    pub fn original(&self, place: &SourceLocation) -> Option<OriginalLocation> {
        let script = self.script(place);
        let token = token_at(&script, place)?;
        Some(OriginalLocation {
            file: resolve(&script.base, token.get_source()?),
            line: token.get_src_line().checked_add(1)?,
            column: token.get_src_col().checked_add(1)?,
        })
    }

    /// Whether the script has a map, whatever it says of the place.
    pub fn has_map(&self, place: &SourceLocation) -> bool {
        self.script(place).map.is_some()
    }

    /// The line of [`Self::original`] with as many around it on each side, from the texts that the map has of its
    /// sources; `None` when it has none.
    pub fn original_lines(&self, place: &SourceLocation, around: u32) -> Option<OriginalLines> {
        let script = self.script(place);
        let token = token_at(&script, place)?;
        let (text, at) = (token.get_source_view()?, token.get_src_line());
        text.get_line(at)?;
        let first = at.saturating_sub(around);
        let line = |at: u32| text.get_line(at).filter(|line| line.len() <= LONGEST_LINE).map(str::to_owned);
        let lines: Option<Vec<String>> = (first..=at).map(line).collect();
        let after = (at + 1..=at.saturating_add(around)).map_while(line);
        Some(OriginalLines { first: first + 1, lines: lines?.into_iter().chain(after).collect() })
    }

    /// Whether the file at hand is another than the code that ran: it has no such line. Runners of tests and loaders
    /// compile in memory.
    pub fn is_beyond(&self, place: &SourceLocation) -> bool {
        let lines = self.script(place).lines;
        lines.is_some_and(|lines| usize::try_from(place.line).is_ok_and(|line| line > lines))
    }

    /// What the class was called, by the place of its constructor.
    pub fn class(&self, place: &SourceLocation, name: &str) -> Option<String> {
        self.name(place, |names, line, column| names.class(line, column, name))
    }

    /// What the function was called, by its place.
    pub fn function(&self, place: &SourceLocation, name: &str) -> Option<String> {
        self.name(place, |names, line, column| names.function(line, column, name))
    }

    /// What a variable was called.
    pub fn variable(&self, place: &SourceLocation, of: VariableOf, name: &str) -> Option<String> {
        self.name(place, |names, line, column| match of {
            VariableOf::Script => names.variable(None, name),
            // The function around a CommonJS module stands at its beginning, and not in the file.
            VariableOf::Function if (line, column) == (0, 0) => names.variable(None, name),
            VariableOf::Function => names.variable(Some((line, column)), name),
            VariableOf::Around => names.variable_around(line, column, name),
        })
    }

    fn name<F>(&self, place: &SourceLocation, find: F) -> Option<String>
    where
        F: FnOnce(&OriginalNames, u32, u32) -> Option<&str>,
    {
        let script = self.script(place);
        let read = || match script.map.as_ref()? {
            DecodedMap::Regular(map) if map.has_names() => {
                let code = (self.read)(Path::new(place.file.as_text().as_str()?), MAX_SOURCE_BYTES)?;
                Some(OriginalNames::of(map, code))
            }
            _ => None,
        };
        let names = script.names.get_or_init(read).as_ref()?;
        find(names, place.line.checked_sub(1)?, place.column.checked_sub(1)?).map(str::to_owned)
    }

    fn script(&self, place: &SourceLocation) -> Rc<Script> {
        if let Some(script) = self.by_file.borrow().get(&place.file) {
            return Rc::clone(script);
        }
        let script = Rc::new(place.file.as_text().as_str().map(|file| self.find(file)).unwrap_or_default());
        self.by_file.borrow_mut().insert(place.file.clone(), Rc::clone(&script));
        script
    }

    fn find(&self, file: &str) -> Script {
        let path = Path::new(file);
        let text = if path.is_absolute() { self.read(path) } else { None };
        let reference = text.as_deref().and_then(reference);
        let found = reference.as_deref().and_then(|reference| self.named(path, reference));
        let found = found.or_else(|| self.in_folder(file, reference.as_deref()));
        let lines = text.as_deref().map(|text| memchr::memchr_iter(b'\n', text).count() + 1);
        let (map, base) = found.map_or_else(Default::default, |(map, base)| (Some(map), base));
        // A map of lines that the script does not have is that of another build.
        let fits = |map: &DecodedMap| lines.is_none_or(|lines| last_line(map).is_none_or(|last| last < lines));
        Script { lines, map: map.filter(fits), base, names: OnceCell::new() }
    }

    /// The map that the script itself has or names.
    fn named(&self, script: &Path, reference: &str) -> Option<(DecodedMap, PathBuf)> {
        let folder = script.parent()?;
        if reference.starts_with("data:") {
            return Some((sourcemap::decode_data_url(reference).ok()?, folder.to_owned()));
        }
        let path = PathBuf::from(resolve(folder, reference));
        if !path.is_absolute() {
            return None;
        }
        let map = self.read(&path)?;
        Some((sourcemap::decode_slice(&map).ok()?, path.parent()?.to_owned()))
    }

    /// The map in the folder of the option: by the name in the script's comment, else `FILE.map`, below as many of the
    /// script's folders as fit.
    fn in_folder(&self, script: &str, reference: Option<&str>) -> Option<(DecodedMap, PathBuf)> {
        let folder = self.folder.as_deref()?;
        let parts: Vec<&str> = script.split(['/', '\\']).filter(|part| is_plain(part)).collect();
        let (file, above) = parts.split_last()?;
        let named = reference.filter(|reference| !reference.starts_with("data:"));
        let named = named.and_then(|reference| reference.split(['?', '#']).next()?.rsplit(['/', '\\']).next());
        let names = [named.filter(|name| is_plain(name)).map(str::to_owned), Some(format!("{file}.map"))];
        let names: Vec<String> = names.into_iter().flatten().collect();
        (0..=above.len()).find_map(|skipped| {
            let below: PathBuf = [folder].into_iter().chain(above[skipped..].iter().map(Path::new)).collect();
            names.iter().find_map(|name| {
                let path = below.join(name);
                let map = sourcemap::decode_slice(&self.read(&path)?).ok()?;
                // Many a folder has an `index.js`.
                let is_of_script = map_file(&map).is_none_or(|of| of.rsplit(['/', '\\']).next() == Some(file));
                is_of_script.then(|| (self.base(&map, &below, script), map)).map(|(base, map)| (map, base))
            })
        })
    }

    /// A map that was moved has its sources where they were: beside the script; unless they were moved with it.
    fn base(&self, map: &DecodedMap, beside: &Path, script: &str) -> PathBuf {
        let first = match map {
            DecodedMap::Regular(map) => map.get_source(0),
            _ => None,
        };
        let is_beside = first.is_some_and(|source| self.read(Path::new(&resolve(beside, source))).is_some());
        let parent = Path::new(script).parent().filter(|parent| !is_beside && parent.is_absolute());
        parent.unwrap_or(beside).to_owned()
    }

    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        (self.read)(path, MAX_SOURCE_BYTES)
    }
}

/// What the map says of a place of the script.
fn token_at<'a>(script: &'a Script, place: &SourceLocation) -> Option<Token<'a>> {
    let line = place.line.checked_sub(1)?;
    let token = script.map.as_ref()?.lookup_token(line, place.column.checked_sub(1)?)?;
    // When the map says nothing of this line, what stands before it is something else.
    (token.get_dst_line() == line).then_some(token)
}

fn is_plain(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".." && !part.contains('\0') && !part.ends_with(':')
}

fn map_file(map: &DecodedMap) -> Option<&str> {
    match map {
        DecodedMap::Regular(map) => map.get_file(),
        DecodedMap::Index(map) => map.get_file(),
        DecodedMap::Hermes(map) => map.get_file(),
    }
    .filter(|file| !file.is_empty())
}

/// Last line of the script, from 0, of which the map says something.
fn last_line(map: &DecodedMap) -> Option<usize> {
    match map {
        DecodedMap::Regular(map) => map.tokens().map(|token| token.get_dst_line()).max().map(|line| line as usize),
        _ => None,
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

    /// Maps of a disk with these files.
    fn maps(files: &[(&str, &str)], folder: Option<&str>) -> SourceMaps {
        let files: HashMap<PathBuf, Vec<u8>> =
            files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect();
        SourceMaps::new(move |path, _| files.get(path).cloned(), folder.map(PathBuf::from))
    }

    fn original_in(maps: &SourceMaps, place: &SourceLocation) -> Option<String> {
        let found = maps.original(place)?;
        assert_eq!(maps.original(place), Some(found.clone()));
        Some(format!("{}:{}:{}", found.file, found.line, found.column))
    }

    fn original(script: &str, place: &SourceLocation) -> Option<String> {
        let files = [("/app/dist/a.js", script), ("/app/dist/maps/a.js.map", MAP), ("/app/dist/a.js.map", MAP)];
        original_in(&maps(&files, None), place)
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

    #[test]
    fn a_line_of_which_the_map_says_nothing_has_no_original() {
        let files = [("/app/dist/a.js", "x\ny\n//# sourceMappingURL=a.js.map"), ("/app/dist/a.js.map", MAP)];
        let maps = maps(&files, None);
        assert_eq!(original_in(&maps, &at("/app/dist/a.js", 9)).as_deref(), Some("/app/src/a.ts:3:5"));
        assert_eq!(original_in(&maps, &SourceLocation { line: 2, ..at("/app/dist/a.js", 9) }), None);
    }

    #[test]
    fn lines_are_those_that_the_map_brings() {
        let script = "x\n//# sourceMappingURL=a.js.map";
        let lines = |map: &str, around| {
            let files = [("/app/dist/a.js", script), ("/app/dist/a.js.map", map)];
            maps(&files, None).original_lines(&at("/app/dist/a.js", 9), around)
        };
        let with = MAP.replacen('{', r#"{"sourcesContent":["one\ntwo\r\nthree\nfour"],"#, 1);
        let found = |around| lines(&with, around).map(|found| (found.first, found.lines.join("|")));
        assert_eq!(found(0), Some((3, "three".to_owned())));
        assert_eq!(found(1), Some((2, "two|three|four".to_owned())));
        assert_eq!(found(9), Some((1, "one|two|three|four".to_owned())));
        assert_eq!(lines(MAP, 1), None, "the map brings no text");
        let short = MAP.replacen('{', r#"{"sourcesContent":["one\ntwo"],"#, 1);
        assert_eq!(lines(&short, 1), None, "the text has no such line");
    }

    #[test]
    fn a_line_beyond_the_file_is_of_other_code() {
        let maps = maps(&[("/app/a.ts", "one\ntwo")], None);
        let beyond = |file: &str, line| maps.is_beyond(&SourceLocation { line, ..at(file, 1) });
        assert_eq!([beyond("/app/a.ts", 2), beyond("/app/a.ts", 3), beyond("/app/gone.ts", 3)], [false, true, false]);
    }

    #[track_caller]
    fn check_folder(script: &str, files: &[(&str, &str)], expected: Option<&str>) {
        assert_eq!(original_in(&maps(files, Some("/maps")), &at(script, 9)).as_deref(), expected, "{script} {files:?}");
    }

    #[test]
    fn maps_are_looked_for_in_a_folder() {
        let script = ("/app/dist/a.js", "x\n//# sourceMappingURL=https://cdn/v1/a.min.map?x");
        check_folder("/app/dist/a.js", &[script, ("/maps/a.min.map", MAP)], Some("/app/src/a.ts:3:5"));
        check_folder("/app/dist/a.js", &[("/app/dist/a.js", "x"), ("/maps/a.js.map", MAP)], Some("/app/src/a.ts:3:5"));
        check_folder("/gone/dist/a.js", &[("/maps/a.js.map", MAP)], Some("/gone/src/a.ts:3:5"));
        check_folder("https://host/dist/a.js", &[("/maps/a.js.map", MAP)], Some("/src/a.ts:3:5"));
        let moved = [("/maps/a.js.map", MAP), ("/src/a.ts", "")];
        check_folder("/app/dist/a.js", &moved, Some("/src/a.ts:3:5"));
        let other = MAP.replace("../src/a.ts", "../src/b.ts");
        let both = [("/maps/dist/a.js.map", MAP), ("/maps/a.js.map", &other)];
        check_folder("/app/dist/a.js", &both, Some("/app/src/a.ts:3:5"));
        check_folder("/app/lib/a.js", &both, Some("/app/src/b.ts:3:5"));
        check_folder("node:events", &[("/maps/events.map", MAP)], None);
        check_folder("/app/../../maps/a.js", &[("/a.js.map", MAP)], None);
    }

    #[test]
    fn a_map_of_another_script_is_none() {
        let other = MAP.replacen('{', r#"{"file":"b.js","#, 1);
        check_folder("/app/dist/a.js", &[("/maps/a.js.map", &other)], None);
        let longer = MAP.replace("AAEI", "AAEI;AACA");
        check_folder("/app/dist/a.js", &[("/app/dist/a.js", "x"), ("/maps/a.js.map", &longer)], None);
    }

    #[test]
    fn names_are_those_of_the_map() {
        let map = r#"{"version":3,"sources":["a.ts"],"names":["Session"],"mappings":"MAAAA"}"#;
        let files = [("/app/a.js", "class a{}\n//# sourceMappingURL=a.js.map"), ("/app/a.js.map", map)];
        let maps = maps(&files, None);
        assert_eq!(maps.class(&at("/app/a.js", 1), "a").as_deref(), Some("Session"));
        assert_eq!(maps.class(&at("/app/a.js", 1), "b"), None);
    }
}
