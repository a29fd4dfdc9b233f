//! Which program does a heap belong to? Replicas, restarts and releases of one program have its functions in common;
//! two programs do not. A wrong refusal would prevent an answer, so a refusal needs evidence on both sides: each heap
//! has functions in files of its own that the other does not have. Heaps without such names count as related.

use super::contents::Contents;
use crate::analysis::Scripts;
use crate::control::Control;
use crate::error::Result;
use crate::kind::NodeKind;
use crate::ordinal::NodeOrdinal;
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};
use std::collections::{HashMap, HashSet};

/// Scripts of the runtime: Node.js, Deno, Bun, browsers.
const OF_RUNTIME: [&str; 7] = ["node:", "internal/", "ext:", "bun:", "native ", "chrome-extension:", "extensions::"];
/// Code without a file: `node -e`, `vm`. Its functions count, its name does not.
const WITHOUT_FILE: [&str; 3] = ["[", "evalmachine.", "eval at "];
/// A process that takes its own snapshots has these, whatever its program is.
const OF_CAPTURE: [&str; 4] = ["/heaphound/lib/", "/heaphound/index.js", "/heaphound/http/", "/heaphound/fastify/"];
/// `/app/index.js` is in many containers: with so many functions on both sides, and hardly one in common, an equal
/// path is no proof.
const MANY_FUNCTIONS: usize = 10;
/// Files that a sentence names, and the bytes of each.
const SHOWN: usize = 2;
const SHOWN_BYTES: usize = 120;

/// The facts that a heap has about its program.
pub struct Program<'a> {
    snapshot: &'a Snapshot,
    /// Paths of its files.
    files: HashSet<TextBuf>,
    /// Names of functions in them.
    functions: HashSet<Text<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Package,
    /// Of nobody's file: only its functions count.
    Nameless,
    Runtime,
}

impl<'a> Program<'a> {
    /// Files in `node_modules` count only where there are no others. `captures`: folders of what took the snapshots.
    ///
    /// # Cost
    /// The cost of [`Scripts::of`], and a look at every function; 16 bytes for each name of one.
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn of(snapshot: &'a Snapshot, captures: &[String], control: &Control) -> Result<Self> {
        let scripts = Scripts::of(snapshot, control)?;
        let empty = || Self { snapshot, files: HashSet::new(), functions: HashSet::new() };
        let (mut own, mut packages) = (empty(), empty());
        let mut known: HashMap<u32, Whose> = HashMap::new();
        let table = &snapshot.tables().locations;
        for (turn, (node, place)) in table.nodes.iter().zip(&table.places).enumerate() {
            control.check_at(turn)?;
            let node = NodeOrdinal(*node);
            let Some(file) = scripts.file(place.script_id).filter(|_| snapshot.kind(node) == NodeKind::CLOSURE) else {
                continue;
            };
            let is_new = !known.contains_key(&place.script_id);
            let whose = *known.entry(place.script_id).or_insert_with(|| whose(file, captures));
            let program = match whose {
                Whose::Runtime => continue,
                Whose::Package => &mut packages,
                Whose::Own | Whose::Nameless => &mut own,
            };
            if is_new && whose != Whose::Nameless {
                program.files.insert(file.to_owned());
            }
            let name = snapshot.name_text(node);
            if !name.is_empty() {
                program.functions.insert(name);
            }
        }
        Ok(if own.files.is_empty() && own.functions.is_empty() { packages } else { own })
    }

    /// Why the other is a heap of another program, if it is. A sentence without its full stop.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`].
    pub fn why_other(&self, other: &Self, control: &Control) -> Result<Option<String>> {
        if self.is_silent() || other.is_silent() {
            let contents = [Contents::of(self.snapshot, control)?, Contents::of(other.snapshot, control)?];
            return Ok(contents[0].why_other(&contents[1]));
        }
        let common = self.functions.intersection(&other.functions).count();
        let fewest = self.functions.len().min(other.functions.len());
        let has_common_file = !self.files.is_disjoint(&other.files);
        let is_other = if has_common_file {
            fewest >= MANY_FUNCTIONS && common * MANY_FUNCTIONS < fewest
        } else if fewest > 0 {
            // A file that was moved or named anew by a bundler has its functions still.
            common * 2 < fewest
        } else {
            !self.files.is_empty() && !other.files.is_empty() && self.base_names().is_disjoint(&other.base_names())
        };
        let reason = || {
            format!(
                "one has functions of {}, the other of {}, and of the names of their functions ({} and {}) {common} are \
                 in both",
                self.named(),
                other.named(),
                self.functions.len(),
                other.functions.len()
            )
        };
        Ok(is_other.then(reason))
    }

    fn is_silent(&self) -> bool {
        self.files.is_empty() && self.functions.is_empty()
    }

    fn base_names(&self) -> HashSet<&[u8]> {
        let base = |file: &'_ TextBuf| -> usize {
            file.as_text().as_bytes().iter().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1)
        };
        self.files.iter().map(|file| &file.as_text().as_bytes()[base(file)..]).collect()
    }

    /// Some of the files, for a sentence.
    fn named(&self) -> String {
        let mut files: Vec<Text<'_>> = self.files.iter().map(TextBuf::as_text).collect();
        files.sort_unstable_by(|one, other| one.cmp_utf16(*other));
        let more = if files.len() > SHOWN { " …" } else { "" };
        let shown: Vec<String> = files.iter().take(SHOWN).map(|file| shortened(*file)).collect();
        if shown.is_empty() { "code without a file".to_owned() } else { format!("{}{more}", shown.join(", ")) }
    }
}

/// The end of a path says most.
fn shortened(file: Text<'_>) -> String {
    let text = file.to_string_lossy();
    match text.char_indices().rev().nth(SHOWN_BYTES) {
        Some((at, _)) => format!("…{}", &text[at..]),
        None => text,
    }
}

fn whose(file: Text<'_>, captures: &[String]) -> Whose {
    let has = |part: &str| file.as_bytes().windows(part.len()).any(|bytes| bytes == part.as_bytes());
    if OF_RUNTIME.iter().any(|start| file.starts_with(start)) {
        return Whose::Runtime;
    }
    if WITHOUT_FILE.iter().any(|start| file.starts_with(start)) {
        return Whose::Nameless;
    }
    if captures.iter().any(|folder| file.starts_with(folder)) || OF_CAPTURE.iter().any(|part| has(part)) {
        return Whose::Runtime;
    }
    // Before Node.js 16 its own scripts are `fs.js`; a program is named by its whole path or a URL.
    if !file.as_bytes().iter().any(|byte| matches!(byte, b'/' | b'\\')) {
        return Whose::Runtime;
    }
    if has("/node_modules/") || has("\\node_modules\\") { Whose::Package } else { Whose::Own }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_belong_to_the_program_to_packages_or_to_the_runtime() {
        let captures = ["/opt/tools/hh/lib/".to_owned()];
        for (file, expected) in [
            ("/srv/app.js", 'o'),
            ("C:\\app\\main.js", 'o'),
            ("http://127.0.0.1/page.js", 'o'),
            ("/srv/node_modules/express/lib/router.js", 'p'),
            ("node:fs", 'r'),
            ("internal/util.js", 'r'),
            ("fs.js", 'r'),
            ("ext:core/01_core.js", 'r'),
            ("/opt/tools/hh/lib/capture.js", 'r'),
            ("/home/me/heaphound/lib/capture.js", 'r'),
            ("[eval]-wrapper", 'n'),
            ("evalmachine.<anonymous>", 'n'),
        ] {
            let found = match whose(Text::from_str(file), &captures) {
                Whose::Own => 'o',
                Whose::Package => 'p',
                Whose::Nameless => 'n',
                Whose::Runtime => 'r',
            };
            assert_eq!(found, expected, "{file}");
        }
    }

    fn program<'a>(snapshot: &'a Snapshot, files: &[&str], functions: &[&'static str]) -> Program<'a> {
        Program {
            snapshot,
            files: files.iter().map(|file| TextBuf::from(*file)).collect(),
            functions: functions.iter().map(|name| Text::from_str(name)).collect(),
        }
    }

    #[track_caller]
    fn check(one: (&[&str], &[&'static str]), other: (&[&str], &[&'static str]), is_other: bool) {
        let empty = Snapshot::new(Default::default());
        let (one, other) = (program(&empty, one.0, one.1), program(&empty, other.0, other.1));
        for (one, other) in [(&one, &other), (&other, &one)] {
            let reason = one.why_other(other, &Control::new()).unwrap();
            assert_eq!(reason.is_some(), is_other, "{reason:?}");
        }
    }

    #[test]
    fn two_programs_have_neither_files_nor_functions_in_common() {
        check((&["/a/shop.js"], &["Visit", "main"]), (&["/a/mail.js"], &["Letter", "send"]), true);
        check((&["/a/shop.js"], &[]), (&["/a/mail.js"], &[]), true);
        check((&[], &["Visit", "main"]), (&[], &["Letter", "send"]), true);
    }

    #[test]
    fn replicas_restarts_and_releases_are_one_program() {
        // A replica that has done less.
        check((&["/a/shop.js", "/a/db.js"], &["Visit", "main", "query"]), (&["/a/shop.js"], &["main"]), false);
        // Another folder; another name by the bundler.
        check((&["/r/1/shop.js"], &["Visit", "main"]), (&["/r/2/shop.js"], &["Visit", "main", "pay"]), false);
        check((&["/a/main.3fa6.js"], &["Visit", "main"]), (&["/a/main.77ab.js"], &["Visit", "main"]), false);
        check((&["/r/1/shop.js"], &[]), (&["/r/2/shop.js"], &[]), false);
        // The same file, edited.
        check((&["/a/shop.js"], &["Visit"]), (&["/a/shop.js"], &["Session"]), false);
        // Who says nothing is not refused.
        check((&[], &[]), (&["/a/shop.js"], &["Visit"]), false);
    }

    #[test]
    fn an_equal_path_is_no_proof_when_nothing_else_is_equal() {
        let one = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let other = ["k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u"];
        check((&["/app/index.js"], &one), (&["/app/index.js"], &other), true);
        check(
            (&["/app/index.js"], &one),
            (&["/app/index.js"], &["a", "k", "l", "m", "n", "o", "p", "q", "r", "s"]),
            false,
        );
    }
}
