//! Contents inside of names: the parts of a kept text that are replaced, such as the query of a URL.

use super::uses::{Marks, Uses};
use crate::text::Text;
use memchr::memmem;
use std::ops::Range;

/// Words that V8 writes where a content could stand, and what `analysis` looks for among them. They tell nothing of a
/// heap.
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
    let element = if marks.has(Marks::OBJECT) { of_element(text) } else { None };
    element.map_or_else(|| payloads(text, 0..text.len()), |attributes| vec![attributes])
}

/// `3 / part of key (A @5) -> value (B @7) pair in WeakMap (table @9)`: V8 writes the names of two nodes into that of
/// an edge.
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
    } else {
        ranges.extend(payloads(text, first..key_end));
    }
    if marks.has(Marks::HOLDS_CONTENT) {
        ranges.push(value);
    } else {
        ranges.extend(payloads(text, value));
    }
    Some(ranges)
}

/// Where ` @123` begins that ends at `end`.
fn before_id(text: &[u8], end: usize) -> Option<usize> {
    let digits = text[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = end - digits;
    (digits > 0 && text[..start].ends_with(b" @")).then(|| start - 2)
}

/// `<div id="a" class="b">`: the attributes of an element.
fn of_element(text: &[u8]) -> Option<Range<usize>> {
    let tag = text.strip_prefix(b"Detached ").unwrap_or(text);
    let inner = tag.strip_prefix(b"<")?.strip_suffix(b">")?;
    let space = memchr::memchr(b' ', inner)?;
    let start = text.len() - tag.len() + 1 + space + 1;
    Some(start..text.len() - 1)
}

/// The parts of URLs in `text[within]` that carry data beside the name of a thing. A URL is a name in many places: of a
/// script, of a window, and, as a key of a cache of modules, of a property.
///
/// - `data:text/javascript,SOURCE` and `javascript:SOURCE`: the source. Where the comma is cut off or missing the rest
///   is taken for it.
/// - `https://user:password@host/path?query#fragment`: who and what is asked, not where.
fn payloads(text: &[u8], within: Range<usize>) -> Vec<Range<usize>> {
    let part = &text[within.clone()];
    let mut ranges = Vec::new();
    let mut from = 0;
    for colon in memchr::memchr_iter(b':', part) {
        let scheme = scheme_before(&part[..colon]);
        let rest = &part[colon + 1..];
        let hidden = if scheme.eq_ignore_ascii_case(b"data") {
            // Parameters are content as well: `;name=alice.txt`.
            memchr::memchr2(b',', b';', rest).map(|at| colon + 1 + at + 1).or_else(|| is_cut(text).then_some(colon + 1))
        } else if scheme.eq_ignore_ascii_case(b"javascript") {
            Some(colon + 1)
        } else {
            None
        };
        if let Some(start) = hidden {
            ranges.push(start.max(from)..part.len());
            break;
        }
        if scheme.is_empty() || !rest.starts_with(b"//") {
            continue;
        }
        let host = colon + 3;
        let authority = memchr::memchr3(b'/', b'?', b'#', &part[host..]).map_or(part.len(), |at| host + at);
        if let Some(at) = memchr::memrchr(b'@', &part[host..authority]) {
            ranges.push(host.max(from)..host + at);
            from = host + at;
        }
        if let Some(at) = memchr::memchr2(b'?', b'#', &part[authority..]) {
            ranges.push(authority + at + 1..part.len());
            break;
        }
    }
    ranges.retain(|range| range.start < range.end);
    ranges.iter_mut().for_each(|range| *range = within.start + range.start..within.start + range.end);
    ranges
}

/// The letters before a colon: `data` of `system / Script / data`.
fn scheme_before(text: &[u8]) -> &[u8] {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'$');
    let length = text.iter().rev().take_while(|byte| is_part(byte)).count();
    &text[text.len() - length..]
}

/// True for a text that V8 may have cut.
fn is_cut(text: &[u8]) -> bool {
    /// V8's limit of the UTF-16 units of a text. A little less: the text may stand in a longer one that was cut.
    const NEARLY_CUT: usize = 1000;
    Text(text).utf16_len() >= NEARLY_CUT
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
    }

    #[test]
    fn what_a_url_carries_goes_whatever_it_names() {
        for marks in [Marks::CODE, Marks::OBJECT, Marks::EDGE, Marks::INTERNAL, Marks::CODE | Marks::EDGE] {
            for (text, expected) in [
                ("file:///srv/a.js", "file:///srv/a.js"),
                ("https://host/a.js?v=1", "https://host/a.js?*"),
                ("file:///srv/a.mjs?token=1#x", "file:///srv/a.mjs?*"),
                ("https://me:pw@host/a.js", "https://*@host/a.js"),
                ("https://me:pw@host", "https://*@host"),
                ("https://a:b@c@host#x", "https://*@host#*"),
                ("node:events", "node:events"),
                ("data:text/javascript,secret()", "data:text/javascript,*"),
                ("DATA:text/javascript;charset=utf-8;base64,c2VjcmV0", "DATA:text/javascript;*"),
                ("data:,secret://x?y", "data:,*"),
                ("data:text/plain,", "data:text/plain,"),
                ("data: a property", "data: a property"),
                ("javascript:secret()", "javascript:*"),
                ("system / Script / data:text/javascript,secret()", "system / Script / data:text/javascript,*"),
                ("metadata:a data:text/javascript,secret", "metadata:a data:text/javascript,*"),
                ("(data:text/javascript,secret)", "(data:text/javascript,*"),
                ("https://host/?x data:,y", "https://host/?*"),
                ("blob:https://host/5e2f", "blob:https://host/5e2f"),
                ("metadata:a,b", "metadata:a,b"),
                ("$data:a,b", "$data:a,b"),
                ("a://", "a://"),
                ("?", "?"),
            ] {
                check(text, marks, expected);
            }
            let cut = format!("data:{}", "x".repeat(1019));
            check(&cut, marks, "data:*");
        }
    }

    #[test]
    fn what_a_url_carries_goes_from_the_names_of_weak_pairs() {
        let pair =
            |key: &str, value: &str| format!("3 / part of key ({key}) -> value ({value}) pair in WeakMap (table @9)");
        let script = "system / Script / data:text/javascript,secret()";
        let shown = "system / Script / data:text/javascript,*";
        check(&pair(&format!("{script} @3"), "B @7"), Marks::INTERNAL, &pair(&format!("{shown} @3"), "B @7"));
        check(&pair("A @3", &format!("{script} @7")), Marks::INTERNAL, &pair("A @3", &format!("{shown} @7")));
    }
}
