//! Replaces the contents of strings in a snapshot while its bytes pass, and keeps names. V8 writes `strings` last: when
//! they come, all references to them are known. `docs/design.md`, "Redaction", defines a name.

mod names;
mod placeholder;
mod uses;
mod walk;

use crate::error::Result;
use placeholder::Placeholders;
pub use placeholder::is_placeholder;
use walk::{Output, Walk};

/// Rewrites a `.heapsnapshot` that is pushed in pieces of any size. Every split gives the same bytes.
///
/// Numbers pass as they are: nodes, edges, sizes, ids and positions do not change. Sections that heaphound does not
/// know are left out, since they could hold anything.
///
/// # Cost
/// One pass. A byte for each string and a bit for each node; the longest string.
#[derive(Debug)]
pub struct Redactor {
    placeholders: Placeholders,
    walk: Walk,
    counts: RedactionCounts,
}

/// The numbers of rows that a [`Redactor`] saw, and of strings that it replaced.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RedactionCounts {
    pub node_count: u64,
    pub edge_count: u64,
    /// Strings of the file's table.
    pub string_count: u64,
    /// Of them, those that were replaced, as a whole or in part.
    pub redacted_count: u64,
}

/// The facts about a document whose sections come in another order than V8's, gathered in a pass before.
#[derive(Debug, Default)]
pub struct Survey {
    walk: Walk,
}

impl Redactor {
    /// Equal strings become equal placeholders under one key. Without the key nobody can tell what they were.
    pub fn new(key: [u8; 32]) -> Self {
        Self { placeholders: Placeholders::new(key), walk: Walk::writing(), counts: RedactionCounts::default() }
    }

    /// For a document that was read to its end before, by [`Survey`]: its sections may come in any order.
    pub fn with_survey(key: [u8; 32], survey: Survey) -> Self {
        Self { walk: survey.walk.into_writing(), ..Self::new(key) }
    }

    /// Takes the next bytes and appends what they become to `out`.
    ///
    /// # Errors
    /// [`Error::Order`] when strings come before what refers to them; [`Error::Format`], [`Error::Foreign`].
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.walk.feed(chunk, &mut Output { bytes: out, placeholders: &self.placeholders, counts: &mut self.counts })
    }

    /// # Errors
    /// [`Error::Truncated`] or [`Error::Format`] when the document was not a whole snapshot.
    pub fn finish(self) -> Result<RedactionCounts> {
        let walk = self.walk.counts();
        self.walk.check_end()?;
        Ok(RedactionCounts { node_count: walk.node_count, edge_count: walk.edge_count, ..self.counts })
    }
}

impl Survey {
    /// Takes the next bytes of the document.
    ///
    /// # Errors
    /// The errors of [`Redactor::feed`] but for [`Error::Order`].
    pub fn feed(&mut self, chunk: &[u8]) -> Result<()> {
        let counts = &mut RedactionCounts::default();
        let placeholders = &Placeholders::new([0; 32]);
        self.walk.feed(chunk, &mut Output { bytes: &mut Vec::new(), placeholders, counts })
    }

    /// Ends a look at the document. False: it has to be looked at once more, because rows came before what says how to
    /// read them.
    ///
    /// # Errors
    /// The errors of [`Redactor::finish`].
    pub fn finish_look(&mut self) -> Result<bool> {
        self.walk.check_end()?;
        let all = !self.walk.missed_rows();
        self.walk.rewind();
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_splits::check_splits;

    const HEADER: &str = r#""snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],
"node_types":[["hidden","object","string","number","new kind"],"string","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","element","internal","hidden"],"string_or_number","node"],
"trace_function_info_fields":["function_id","name","script_name","script_id","line","column"]},
"node_count":5,"edge_count":5,"trace_function_count":1}"#;
    /// A map with the string 1 in a property, 2 in a property named as the string, a number, and something of a new
    /// kind.
    const NODES: &str = r#""nodes":[0,0,1,0,5, 2,1,3,8,0,
2,2,5,8,0,3,3,7,8,0,4,4,9,8,0]"#;
    const EDGES: &str = r#""edges":[0,5,5,0,2,10,1,4,15,2,6,5,3,1,20]"#;
    const FUNCTIONS: &str = r#""trace_function_infos":[0,7,8,1,2,3]"#;
    const STRINGS: &str = r#""strings":["root","s\u0065cret\"","both","heap number","new","list",
"1 / part of key (A @5) -> value (secret @3) pair in WeakMap (table @9)","f","/a.js","nobody's"]"#;
    const NAMES: [&str; 10] = [
        "root",
        "*",
        "both",
        "heap number",
        "*",
        "list",
        "1 / part of key (A @5) -> value (*) pair in WeakMap (table @9)",
        "f",
        "/a.js",
        "*",
    ];

    fn document(sections: &[&str]) -> String {
        format!("{{{}}}", sections.join(","))
    }

    fn redacted(document: &str) -> Result<(String, RedactionCounts)> {
        redacted_pieces(&[document.as_bytes()])
    }

    fn redacted_pieces(pieces: &[&[u8]]) -> Result<(String, RedactionCounts)> {
        let mut redactor = Redactor::new([1; 32]);
        let mut out = Vec::new();
        pieces.iter().try_for_each(|piece| redactor.feed(piece, &mut out))?;
        let counts = redactor.finish()?;
        Ok((String::from_utf8(out).expect("text"), counts))
    }

    fn surveyed(document: &str) -> Result<String> {
        let mut survey = Survey::default();
        for looks in 1.. {
            assert!(looks < 5, "it needs more looks than there can be");
            document.as_bytes().chunks(7).try_for_each(|chunk| survey.feed(chunk))?;
            if survey.finish_look()? {
                break;
            }
        }
        let mut redactor = Redactor::with_survey([1; 32], survey);
        let mut out = Vec::new();
        document.as_bytes().chunks(5).try_for_each(|chunk| redactor.feed(chunk, &mut out))?;
        redactor.finish()?;
        Ok(String::from_utf8(out).expect("text"))
    }

    fn strings(document: &str) -> Vec<String> {
        let document: serde_json::Value = serde_json::from_str(document).expect("it is JSON");
        let strings = document["strings"].as_array().expect("an array");
        strings.iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
    }

    /// Placeholders become stars.
    fn starred(text: &str) -> String {
        match (text.find('‹'), text.find('›')) {
            (Some(start), Some(end)) => format!("{}*{}", &text[..start], &text[end + '›'.len_utf8()..]),
            _ => text.to_owned(),
        }
    }

    fn check_names(document: &str) {
        let expected = NAMES.map(|name| name.replace("(*)", "(* @3)"));
        assert_eq!(strings(document).iter().map(|text| starred(text)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn contents_go_and_names_stay() {
        let whole = document(&[HEADER, NODES, EDGES, FUNCTIONS, STRINGS]);
        let (out, counts) = check_splits(whole.as_bytes(), redacted_pieces).expect("it is whole");
        check_names(&out);
        assert_eq!(counts, RedactionCounts { node_count: 5, edge_count: 5, string_count: 10, redacted_count: 4 });
        for section in [HEADER, NODES, EDGES, FUNCTIONS] {
            assert!(out.contains(section), "{section} is not as it was");
        }
        assert!(!out.contains("cret"));
        assert_eq!(redacted(&out).map(|(twice, _)| strings(&twice).len()), Ok(10));
    }

    #[test]
    fn a_content_has_one_placeholder_alone_or_in_a_name() {
        let strings = strings(
            &redacted(&document(&[HEADER, NODES, EDGES, FUNCTIONS, &STRINGS.replace("s\\u0065cret\\\"", "secret")]))
                .expect("it is whole")
                .0,
        );
        assert!(strings[6].contains(&strings[1]), "{strings:?}");
    }

    #[test]
    fn other_orders_need_a_survey() {
        let sections = [HEADER, NODES, EDGES, FUNCTIONS, STRINGS];
        for order in
            [[4, 0, 1, 2, 3], [0, 4, 1, 2, 3], [1, 2, 3, 4, 0], [2, 1, 4, 3, 0], [0, 1, 2, 4, 3], [3, 0, 2, 1, 4]]
        {
            let document = document(&order.map(|section| sections[section]));
            assert_eq!(redacted(&document).map_err(|error| error.code()), Err("HEAPHOUND_ERR_ORDER"), "{order:?}");
            check_names(&surveyed(&document).expect("it is whole"));
        }
        check_names(&surveyed(&document(&sections)).expect("it is whole"));
    }

    #[test]
    fn unknown_sections_are_left_out() {
        let other = r#""other":{"a":["secret"]}"#;
        let (out, _) =
            redacted(&document(&[other, HEADER, NODES, other, EDGES, FUNCTIONS, STRINGS, other])).expect("whole");
        check_names(&out);
        assert!(!out.contains("secret") && !out.contains("other"));
    }

    #[test]
    fn damaged_documents_are_errors() {
        let whole = document(&[HEADER, NODES, EDGES, STRINGS]);
        for cut in 0..whole.len() {
            assert!(redacted(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for (from, to) in [
            ("\"edges\":[", "\"edges\":[1,"),
            ("[0,0,1,0,5,", "["),
            ("{\"snapshot", "x{\"snapshot"),
            ("\"node_count\":5", "\"node_count\":6"),
            ("s\\u0065", "s\\u00g5"),
        ] {
            assert!(whole.contains(from), "{from}");
            let code = redacted(&whole.replacen(from, to, 1)).map_err(|error| error.code()).map(|_| ());
            assert!(matches!(code, Err("HEAPHOUND_ERR_FORMAT" | "HEAPHOUND_ERR_FOREIGN")), "{to}: {code:?}");
        }
    }

    #[test]
    fn a_number_far_beyond_asks_for_no_memory() {
        let nodes = NODES.replace("4,4,9", "1,4294967295,9");
        let (out, _) =
            redacted(&document(&[HEADER, &nodes, EDGES, FUNCTIONS, STRINGS])).expect("the parser will refuse it");
        assert_eq!(starred(&strings(&out)[4]), "*");
    }
}
