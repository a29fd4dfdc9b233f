//! Contents inside of names: what of a text that is kept has to be replaced.

use super::uses::{Marks, Uses};
use memchr::memmem;
use std::ops::Range;

/// Words that V8 writes where a content could stand, and what `analysis` looks for among them. They tell nothing of a heap.
const WORDS: [&[u8]; 13] = [
    b"<dummy>",
    b"(concatenated string)",
    b"(sliced string)",
    b"heap number",
    b"smi number",
    b"bigint",
    b"symbol",
    b"private symbol",
    b"int",
    b"bool",
    b"double",
    b"true",
    b"false",
];

/// The bytes of `text` that are content, ascending, by what uses it. Empty: the text stays as it is.
pub fn hidden(text: &[u8], marks: Marks, uses: &Uses) -> Vec<Range<usize>> {
    if !marks.any() {
        let all = 0..text.len();
        return if WORDS.contains(&text) { Vec::new() } else { vec![all] };
    }
    if marks.has(Marks::INTERNAL)
        && let Some(ranges) = of_pair(text, marks, uses)
    {
        return ranges;
    }
    if marks.has(Marks::CODE) && memmem::find(text, b"data:").is_some() {
        return of_data_url(text);
    }
    if marks.has(Marks::OBJECT) {
        return of_element(text).or_else(|| of_url(text)).unwrap_or_default();
    }
    Vec::new()
}

/// `3 / part of key (A @5) -> value (B @7) pair in WeakMap (table @9)`: V8 writes the names of two nodes into that of an edge.
fn of_pair(text: &[u8], marks: Marks, uses: &Uses) -> Option<Vec<Range<usize>>> {
    const BEFORE_KEY: &[u8] = b"part of key (";
    const BEFORE_VALUE: &[u8] = b") -> value (";
    const AFTER_VALUE: &[u8] = b") pair in WeakMap (table @";
    let first = memmem::find(text, b"(")? + 1;
    // The last `@` followed by digits and a bracket; what V8 calls the table stands behind it.
    let end = memmem::rfind(text, AFTER_VALUE).or_else(|| memmem::rfind(text, b")"))?;
    let value_end = before_id(text, end)?;
    let all = vec![Range { start: first, end: value_end.max(first) }];
    let known = memmem::find(text, BEFORE_KEY).map(|at| at + BEFORE_KEY.len()) == Some(first);
    let mut middles = memmem::find_iter(text, BEFORE_VALUE);
    let (Some(middle), None, true) = (middles.next(), middles.next(), known) else {
        // Wording that we do not know, or a name that looks like it.
        return Some(all);
    };
    let value = middle + BEFORE_VALUE.len()..value_end;
    let (Some(key_end), true) = (before_id(text, middle), value.start <= value.end) else { return Some(all) };
    let key_id = text[key_end + 2..middle]
        .iter()
        .fold(0u64, |id, digit| id.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')));
    let mut ranges = Vec::new();
    if uses.is_symbol(key_id) && first < key_end {
        ranges.push(first..key_end);
    }
    if marks.has(Marks::HOLDS_CONTENT) {
        ranges.push(value);
    }
    Some(ranges)
}

/// Where ` @123` begins that ends at `end`.
fn before_id(text: &[u8], end: usize) -> Option<usize> {
    let digits = text[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = end - digits;
    (digits > 0 && text[..start].ends_with(b" @")).then(|| start - 2)
}

/// `data:text/javascript,SOURCE`, alone or after `system / Script / `: a script whose name is its source.
fn of_data_url(text: &[u8]) -> Vec<Range<usize>> {
    let start = memmem::find(text, b"data:").unwrap_or(0);
    let is_url = start == 0 || text[..start].ends_with(b" ") || text[..start].ends_with(b"/");
    match memchr::memchr(b',', &text[start..]) {
        Some(comma) if is_url && start + comma + 1 < text.len() => {
            let content = start + comma + 1..text.len();
            vec![content]
        }
        _ => Vec::new(),
    }
}

/// `<div id="a" class="b">`: the attributes of an element.
fn of_element(text: &[u8]) -> Option<Vec<Range<usize>>> {
    let tag = text.strip_prefix(b"Detached ").unwrap_or(text);
    let inner = tag.strip_prefix(b"<")?.strip_suffix(b">")?;
    let space = memchr::memchr(b' ', inner)?;
    let start = text.len() - tag.len() + 1 + space + 1;
    Some(vec![Range { start, end: text.len() - 1 }])
}

/// `Window / https://user:password@host/path?query#fragment`: who and what is asked, not where.
fn of_url(text: &[u8]) -> Option<Vec<Range<usize>>> {
    let host = memmem::find(text, b"://")? + 3;
    let authority_end = memchr::memchr3(b'/', b'?', b'#', &text[host..]).map_or(text.len(), |at| host + at);
    let mut ranges = Vec::new();
    if let Some(at) = memchr::memrchr(b'@', &text[host..authority_end])
        && at > 0
    {
        ranges.push(host..host + at);
    }
    if let Some(at) = memchr::memchr2(b'?', b'#', &text[authority_end..])
        && authority_end + at + 1 < text.len()
    {
        ranges.push(authority_end + at + 1..text.len());
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` has a star for each hidden part.
    fn check(text: &str, marks: u8, expected: &str) {
        let mut uses = Uses::default();
        uses.add_symbol(5);
        let mut shown = String::new();
        let mut at = 0;
        for range in hidden(text.as_bytes(), Marks::of(marks), &uses) {
            shown += &text[at..range.start];
            shown += "*";
            at = range.end;
        }
        shown += &text[at..];
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn names_stay_and_contents_go() {
        check("alice", 0, "*");
        check("alice", Marks::EDGE, "alice");
        check("Alice", Marks::OBJECT, "Alice");
        check("(sliced string)", 0, "(sliced string)");
        check("", 0, "*");
        check("0", Marks::INTERNAL, "0");
        check("12 / DeoptimizationEntry_Eager", Marks::INTERNAL, "12 / DeoptimizationEntry_Eager");
    }

    #[test]
    fn contents_in_the_names_of_weak_pairs_go() {
        let pair =
            |key: &str, value: &str| format!("3 / part of key ({key}) -> value ({value}) pair in WeakMap (table @9)");
        let plain = Marks::INTERNAL;
        let content = Marks::INTERNAL | Marks::HOLDS_CONTENT;
        check(&pair("A @3", "B @7"), plain, &pair("A @3", "B @7"));
        check(&pair("A @3", "secret @7"), content, &pair("A @3", "* @7"));
        check(&pair("secret @5", "B @7"), plain, &pair("* @5", "B @7"));
        check(&pair("secret @5", "too @7"), content, &pair("* @5", "* @7"));
        check(&pair("A @3", "secret) ( @8) @7"), content, &pair("A @3", "* @7"));
        check(&pair("A @3", ""), content, &pair("A @3", ""));
        // Looks like two pairs: nobody can tell which is the content.
        check(&pair("A @3", "se @1) -> value (cret @7"), content, &pair("* @7", "").replace(") -> value ()", ")"));
        check("entry (secret @7) of a new kind", plain, "entry (* @7) of a new kind");
    }

    #[test]
    fn urls_and_elements_lose_what_is_about_the_user() {
        let object = Marks::OBJECT;
        check("Window / https://host/path", object, "Window / https://host/path");
        check("Window / https://me:pw@host/path?token=1#x", object, "Window / https://*@host/path?*");
        check("Window / https://host?token=1", object, "Window / https://host?*");
        check("global / file://", object, "global / file://");
        check("<div>", object, "<div>");
        check("Detached <div id=\"a\" class=\"b\">", object, "Detached <div *>");
        check("https://host/a.js?v=1", Marks::CODE, "https://host/a.js?v=1");
        check("data:text/javascript,secret()", Marks::CODE, "data:text/javascript,*");
        check(
            "system / Script / data:text/javascript,secret()",
            Marks::CODE,
            "system / Script / data:text/javascript,*",
        );
        check("metadata:a,b", Marks::CODE, "metadata:a,b");
    }
}
