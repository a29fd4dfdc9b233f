//! Names of V8 and of Node.js stand in `src/known/` only: whoever meets a changed one has one place to mend.

use crate::sources::sources;

/// How such names begin, or what they hold.
const FORMS: [&str; 9] = [
    "system / ",
    "Node / ",
    "Detached ",
    "<symbol",
    "(Global handles)",
    "(GC roots)",
    "(Stack roots)",
    " pair in WeakMap",
    " part of key ",
];
/// Names without a form of their own.
const NAMES: [&str; 14] = [
    "_events",
    "_idleNext",
    "FreeList",
    "BuiltinModule",
    "TimersList",
    "AsyncContextFrame",
    "gcPersistentSignals",
    "DispatcherBase",
    "HTTPParser",
    "ModuleWrap",
    "active_cells",
    "backing_store",
    "reactions_or_result",
    "current_microtask",
];

/// Reads names before there is a snapshot, and decides which part of each is content: it stands above `known`.
const REDACTION: &str = "src/format/redaction/";

#[test]
fn names_of_v8_and_node_stand_in_known_only() {
    let mut wrong = Vec::new();
    let mut known = 0;
    for source in sources() {
        let found: Vec<String> = literals(&source.code).into_iter().filter(|text| is_name(text)).collect();
        if source.path.starts_with("src/known/") {
            known += found.len();
        } else if !source.path.starts_with(REDACTION) {
            wrong.extend(found.iter().map(|name| format!("{} writes {name:?}", source.path)));
        }
    }
    assert!(wrong.is_empty(), "{}\ntake it from src/known/engine.rs or src/known/node.rs", wrong.join("\n"));
    assert!(known > 60, "only {known} names in src/known/: this test does not see them");
}

fn is_name(text: &str) -> bool {
    FORMS.iter().any(|form| text.contains(form)) || NAMES.contains(&text)
}

/// Texts in quotes of code without comments.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find('"') {
        // A character: '"'.
        if rest[..start].ends_with(['\'', '\\']) {
            rest = &rest[start + 1..];
            continue;
        }
        let text = &rest[start + 1..];
        let mut end = 0;
        while let Some(at) = text[end..].find(['"', '\\']) {
            end += at;
            if text[end..].starts_with('"') {
                break;
            }
            end += 1 + text[end + 1..].chars().next().map_or(0, char::len_utf8);
        }
        found.push(text[..end].to_owned());
        rest = text.get(end + 1..).unwrap_or_default();
    }
    found
}

#[test]
fn literals_are_found() {
    assert_eq!(literals(r#"f("a", b"c", '"', "d \" e", "")"#), ["a", "c", "d \\\" e", ""]);
}
