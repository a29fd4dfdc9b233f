//! The sources of the core, for tests that hold its structure.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the core, without comments and without its unit tests.
pub struct Source {
    pub path: String,
    pub code: String,
}

/// Every Rust file below `src`.
pub fn sources() -> Vec<Source> {
    let mut pending = vec![PathBuf::from("src")];
    let mut found = Vec::new();
    while let Some(directory) = pending.pop() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for entry in fs::read_dir(root.join(&directory)).expect("the sources are there") {
            let name = entry.expect("a directory of the sources can be read").file_name();
            let path = directory.join(name);
            if root.join(&path).is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_for_tests(&path) {
                found
                    .push(Source { code: shipped_code(&read(&path)), path: path.to_string_lossy().replace('\\', "/") });
            }
        }
    }
    found
}

/// `test_*.rs` are compiled for unit tests only.
fn is_for_tests(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("test_"))
}

/// The code without comments, up to the unit tests at its end, whoever may see them.
fn shipped_code(text: &str) -> String {
    let tests = ["\nmod tests {", "\npub(crate) mod tests {", "\npub(super) mod tests {"];
    let end = tests.iter().filter_map(|start| text.find(start)).min().unwrap_or(text.len());
    let text = &text[..end];
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the sources can be read")
}

#[test]
fn unit_tests_are_left_out_whoever_may_see_them() {
    for visibility in ["", "pub(super) ", "pub(crate) "] {
        let text = format!("fn shipped() {{}}\n\n#[cfg(test)]\n{visibility}mod tests {{\n    use crate::report;\n}}\n");
        assert!(!shipped_code(&text).contains("report"), "{visibility}");
    }
}
