//! Where the path of a leak begins, in drawn heaps.

use super::test_leaks::{check, many};

/// A loader of ES modules leads to the scope of a module with the Set `live`; `module` is what the scope belongs to.
fn heap_with_scope(module: &str) -> String {
    let scope = format!("system·÷·Context > =live.Set #extension.{module} | {module}/hidden");
    let set = many("t > #1.Session#", 0..3);
    format!(
        "root > !global | global > loader.Loader | Loader > run.onRun/closure | onRun > #context.system·÷·Context \
         | {scope} | Set > #table.t/array | {set}"
    )
}

#[test]
fn a_path_begins_at_the_scope_of_an_es_module() {
    let more = |numbers| many("t > #1.Session#", numbers);
    let check = |module: &str, path: &str| {
        let expected = format!("Session [10, 10] in Set by {path} live:Set table[1]:Session");
        check(&heap_with_scope(module), &more(3..13), &more(13..23), &[&expected]);
    };
    check("system·÷·SourceTextModule", ":system / Context");
    // The scope of a function says little without what leads to it.
    check("Other", ":global loader:Loader run:onRun() context:system / Context");
}
