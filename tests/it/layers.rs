//! The layers of the core, as `src/lib.rs` orders them: a file imports only from rows above its own.

use crate::sources::{read, sources};
use std::collections::HashMap;
use std::path::Path;

#[test]
fn a_file_imports_only_from_rows_above_its_own() {
    let rows = rows();
    let mut wrong = Vec::new();
    for source in sources() {
        let module = module_of(&source.path);
        let Some(&row) = rows.get(module) else {
            assert_eq!(module, "lib", "{} belongs to no row of src/lib.rs", source.path);
            continue;
        };
        for imported in imports(&source.code) {
            match rows.get(imported.as_str()) {
                Some(&other) if imported == module || other <= row => {}
                Some(_) => wrong.push(format!("{} imports {imported}, which is below it", source.path)),
                None => wrong.push(format!("{} imports {imported}, which is no module of src/lib.rs", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms of `src/leaks` stand in rows too, in the order in which a leak goes through them.
#[test]
fn a_room_of_leaks_imports_only_from_rooms_above_its_own() {
    let rows = rows_of("src/leaks/mod.rs");
    for (above, below) in [("place", "growth"), ("growth", "suspects"), ("suspects", "kind"), ("kind", "explain")] {
        assert!(rows[above] < rows[below], "{above} stands above {below}");
    }
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(inside) = source.path.strip_prefix("src/leaks/").filter(|inside| *inside != "mod.rs") else {
            continue;
        };
        let room = inside.split('/').next().expect("a path has a first part").trim_end_matches(".rs");
        let &row = rows.get(room).unwrap_or_else(|| panic!("{} belongs to no row of src/leaks/mod.rs", source.path));
        for imported in rooms_of_leaks(&source.code) {
            match rows.get(imported.as_str()) {
                Some(&other) if imported == room || other <= row => {}
                Some(_) => wrong.push(format!("{} imports {imported}, which is below it", source.path)),
                None => wrong.push(format!("{} imports {imported}, which is no room of src/leaks", source.path)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rooms that the code of a room names: `crate::leaks::growth::…`, and `super::growth::…` in a file beside the rooms.
fn rooms_of_leaks(code: &str) -> Vec<String> {
    let prefix = "crate::leaks::";
    let after = code.match_indices(prefix).map(|(at, _)| &code[at + prefix.len()..]);
    let named = after.flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => group_names(group),
        None => vec![first_name(rest)],
    });
    named.collect()
}

#[test]
fn only_the_binding_names_napi() {
    check_only(&["napi"], &["src/binding/"]);
}

#[test]
fn only_the_archive_touches_the_disk() {
    // The files of `capture/outside` are those of `/proc`: another process, and no disk.
    check_only(&["std::fs", "fs::File", "File::open", "File::create"], &["src/archive/", "src/capture/outside/"]);
}

#[test]
fn unsafe_stays_in_the_scanner_in_capture_and_in_two_calls() {
    let allowed = ["src/format/scan.rs", "src/format/scan/", "src/capture/", "src/prefetch.rs", "src/niceness.rs"];
    check_only(&["unsafe"], &allowed);
}

/// Fails when a file outside of `allowed` (beginnings of paths) holds one of `words` in its code.
fn check_only(words: &[&str], allowed: &[&str]) {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|source| !allowed.iter().any(|start| source.path.starts_with(start)))
        .flat_map(|source| {
            let found: Vec<&str> = words.iter().copied().filter(|word| names(&source.code, word)).collect();
            found.into_iter().map(move |word| format!("{} names {word}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "{}\nallowed: {allowed:?}", wrong.join("\n"));
}

/// True when `word` stands in `code` and is not the end of a longer name.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let is_name = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !is_name(before) && (word.ends_with(':') || !is_name(after))
    })
}

/// Row of each module: modules that `src/lib.rs` declares without a blank line between them share one.
fn rows() -> HashMap<String, usize> {
    let rows = rows_of("src/lib.rs");
    assert!(rows.len() > 10, "src/lib.rs declares its modules in another way than this test reads");
    rows
}

/// Row of each module that a file declares.
fn rows_of(file: &str) -> HashMap<String, usize> {
    let mut rows = HashMap::new();
    for (row, group) in read(Path::new(file)).split("\n\n").enumerate() {
        for line in group.lines() {
            let line = line.trim_start_matches("pub ");
            if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                rows.insert(name.to_owned(), row);
            }
        }
    }
    rows
}

/// `graph` for `src/graph/flood.rs`, `redact` for `src/redact.rs`.
fn module_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").expect("every source is below src");
    inside.split('/').next().expect("a path has a first part").trim_end_matches(".rs")
}

/// Top modules that the code names after `crate::`, also those of a group in braces.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_names(group)),
            None => found.push(first_name(rest)),
        }
    }
    found
}

/// First names of the members of a group, up to its closing brace.
pub fn group_names(group: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut starts_member = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' => starts_member = depth == 0,
            _ if letter.is_whitespace() => {}
            _ if starts_member => {
                found.push(first_name(&group[at..]));
                starts_member = false;
            }
            _ => {}
        }
    }
    found
}

fn first_name(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn imports_are_found_alone_and_in_groups() {
    assert_eq!(imports("use crate::graph::Graph; crate::open(x)"), ["graph", "open"]);
    assert_eq!(
        imports("use crate::{\n    error::{Error, Result},\n    snapshot::Snapshot,\n};"),
        ["error", "snapshot"]
    );
}
