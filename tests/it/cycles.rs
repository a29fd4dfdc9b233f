//! No two files of the core import each other, directly or around a few corners.
//!
//! Example of a cycle: `leaks/leak.rs` takes a type of `leaks/one_off.rs`, which takes one of `leaks/leak.rs`. Whoever
//! reads one has to read both.

use crate::sources::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};

/// Files by the file that imports them. A `mod.rs` only hands on what the files of its folder have, so it is no stop on
/// the way.
type Imports = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_file_imports_itself_around_a_corner() {
    let sources = sources();
    let files: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let imports: Imports = sources.iter().map(|source| (source.path.clone(), imported(source, &files))).collect();
    let known: usize = imports.values().map(BTreeSet::len).sum();
    assert!(known > sources.len(), "only {known} imports were understood");
    let cycles: Vec<String> = imports.keys().filter_map(|file| cycle(&imports, file)).collect();
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

/// The shortest way from a file back to itself, in words.
fn cycle(imports: &Imports, file: &str) -> Option<String> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = std::collections::VecDeque::from([file]);
    while let Some(at) = waiting.pop_front() {
        for next in imports.get(at).into_iter().flatten() {
            if next == file {
                let mut way = vec![file, at];
                while let Some(before) = came_from.get(way[way.len() - 1]) {
                    way.push(before);
                }
                way.reverse();
                return Some(way.join(" imports "));
            }
            if !came_from.contains_key(next.as_str()) {
                came_from.insert(next, at);
                waiting.push_back(next);
            }
        }
    }
    None
}

/// Files that a file names in its code, `mod.rs` left out.
fn imported(source: &Source, files: &BTreeSet<&str>) -> BTreeSet<String> {
    let module = module_path(&source.path);
    let named = paths(&source.code).into_iter().filter_map(|path| file_of(&absolute(&module, &path), files));
    named.filter(|file| *file != source.path && !file.ends_with("/mod.rs")).collect()
}

/// `["leaks", "growth"]` for `src/leaks/growth.rs`.
fn module_path(file: &str) -> Vec<String> {
    let inside = file.strip_prefix("src/").expect("every source is below src").trim_end_matches(".rs");
    let mut path: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if path.last().is_some_and(|name| name == "mod" || name == "lib") {
        path.pop();
    }
    path
}

/// A path that begins with `crate`, `self` or `super`, from the top.
fn absolute(module: &[String], path: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    let base = match path.first().map(String::as_str) {
        Some("crate") => &[],
        _ => &module[..module.len().saturating_sub(supers)],
    };
    base.iter()
        .chain(path.iter().filter(|name| !matches!(name.as_str(), "crate" | "self" | "super")))
        .cloned()
        .collect()
}

/// The file of the longest part of a path that is a module.
fn file_of(path: &[String], files: &BTreeSet<&str>) -> Option<String> {
    (1..=path.len()).rev().find_map(|length| {
        let name = path[..length].join("/");
        let candidates = [format!("src/{name}.rs"), format!("src/{name}/mod.rs")];
        candidates.into_iter().find(|file| files.contains(file.as_str()))
    })
}

/// Every path of the code that begins with `crate`, `self` or `super`; of a group in braces a path for each member.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "self::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
                continue;
            }
            let text: String = code[at..].chars().take_while(|letter| is_of_path(*letter)).collect();
            let path: Vec<String> = text.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
            match code[at + text.len()..].strip_prefix('{').filter(|_| text.ends_with("::")) {
                Some(group) => {
                    let members = crate::layers::group_names(group);
                    found.extend(members.into_iter().map(|member| [path.clone(), vec![member]].concat()));
                }
                None => found.push(path),
            }
        }
    }
    found
}

fn is_of_path(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == ':'
}

#[test]
fn a_cycle_is_found_and_told() {
    let code = |path: &str, code: &str| Source { path: path.into(), code: code.into() };
    let sources = [
        code("src/leaks/leak.rs", "use super::one_off::{OneOff, Why};"),
        code("src/leaks/one_off.rs", "use crate::leaks::path::edge; use crate::text::Text;"),
        code("src/leaks/path.rs", "fn f() { super::leak::g() }"),
        code("src/leaks/mod.rs", "use leak::Leak;"),
        code("src/text.rs", "use std::fmt;"),
    ];
    let files = sources.iter().map(|source| source.path.as_str()).collect();
    let imports: Imports = sources.iter().map(|source| (source.path.clone(), imported(source, &files))).collect();
    let told = "src/leaks/leak.rs imports src/leaks/one_off.rs imports src/leaks/path.rs imports src/leaks/leak.rs";
    assert_eq!(cycle(&imports, "src/leaks/leak.rs").as_deref(), Some(told));
    assert_eq!(cycle(&imports, "src/text.rs"), None);
}
