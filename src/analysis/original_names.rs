//! The name of a class, a function or a variable before a bundler shortened it, by the `names` of a source map. A map
//! gives the original of single words of the script. Bundlers use a short name for many things. So a word counts only
//! as the name of this class or function, or inside the function whose variable it is. All such words must agree.

use super::code_range::{Extent, blocks_around, depths, is_word};
use sourcemap::SourceMap;
use std::collections::HashMap;

/// Bytes by which the name of a class may stand behind the place of its code: `class `.
const CLASS: usize = 6;

/// Words of a script that had another name.
pub struct OriginalNames {
    code: Vec<u8>,
    /// Offset of each line.
    lines: Vec<usize>,
    /// By the short name: offsets, ascending, and what stood there.
    words: HashMap<Box<str>, Vec<(usize, u32)>>,
    names: Vec<Box<str>>,
}

impl OriginalNames {
    /// # Cost
    /// One pass over the script, and one over the map's positions.
    pub fn of(map: &SourceMap, code: Vec<u8>) -> Self {
        let ends = memchr::memchr_iter(b'\n', &code).map(|at| at + 1);
        let lines: Vec<usize> = [0].into_iter().chain(ends).collect();
        let mut words: HashMap<Box<str>, Vec<(usize, u32)>> = HashMap::new();
        for token in map.tokens().filter(sourcemap::Token::has_name) {
            let Some(at) = offset(&code, &lines, token.get_dst_line(), token.get_dst_col()) else { continue };
            let Some(word) = word_at(&code, at).and_then(|word| std::str::from_utf8(word).ok()) else { continue };
            words.entry(word.into()).or_default().push((at, token.get_name_id()));
        }
        words.values_mut().for_each(|places| places.sort_unstable());
        let names = map.names().map(Box::from).collect();
        Self { code, lines, words, names }
    }

    /// Of a class, by the place of its constructor or of itself. Line and column count from 0.
    pub fn class(&self, line: u32, column: u32, name: &str) -> Option<&str> {
        let at = offset(&self.code, &self.lines, line, column)?;
        let before = self.words.get(name)?.iter().rev().filter(|(word, _)| *word <= at + CLASS);
        let is_header = |word: usize| {
            let (before, behind) = self.around(word, name);
            ends_with_word(before, b"class") || begins_with_word(assigned(behind), b"class")
        };
        let (_, name) = before.into_iter().find(|(word, _)| is_header(*word))?;
        self.name(*name)
    }

    /// Of a function, by the place of its parameters.
    pub fn function(&self, line: u32, column: u32, name: &str) -> Option<&str> {
        let at = offset(&self.code, &self.lines, line, column)?;
        let before = self.words.get(name)?.iter().rev();
        let (word, name) = before.into_iter().find(|(word, _)| *word < at)?;
        let between = self.code.get(word + word_at(&self.code, *word)?.len()..at)?;
        // `name(`, `name=function(`, `name = async (`
        let words = between.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty());
        let is_header = between.iter().all(|byte| is_word(*byte) || b" =:*\t".contains(byte))
            && words.into_iter().all(|word| word == b"function" || word == b"async");
        if is_header { self.name(*name) } else { None }
    }

    /// Of a variable, by the place of the function that has it; `None` for the script's own.
    pub fn variable(&self, function: Option<(u32, u32)>, name: &str) -> Option<&str> {
        let extent = match function {
            Some((line, column)) => Extent::Function(offset(&self.code, &self.lines, line, column)?),
            None => Extent::Script,
        };
        let named = self.words.get(name)?;
        let original = |at: usize| named.binary_search_by_key(&at, |(word, _)| *word).ok().map(|index| named[index].1);
        let within = depths(&self.code, extent, &self.places_of(name))?;
        if let Some(agreed) = agreed(within.iter().map(|(at, _)| original(*at))) {
            return self.name(agreed);
        }
        // Outside of braces a function has its parameters.
        let is_header = |depth: usize| depth == 0 && extent != Extent::Script;
        let declared = within.into_iter().filter(|(at, depth)| is_header(*depth) || self.declares(*at, name));
        let declared: Vec<(usize, usize)> = declared.collect();
        let outermost = declared.iter().map(|(_, depth)| *depth).min()?;
        let declared = declared.into_iter().filter(|(_, depth)| *depth == outermost);
        self.name(agreed(declared.map(|(at, _)| original(at)))?)
    }

    /// Of a variable, by the place of a function that was made where it is: what the nearest block around declares.
    pub fn variable_around(&self, line: u32, column: u32, name: &str) -> Option<&str> {
        let named = self.words.get(name)?;
        let original = |at: usize| named.binary_search_by_key(&at, |(word, _)| *word).ok().map(|index| named[index].1);
        let place = offset(&self.code, &self.lines, line, column)?;
        let places = self.places_of(name);
        for head in blocks_around(&self.code, place)? {
            // Deeper than one brace are other blocks.
            let is_own = |(at, depth): &(usize, usize)| match depth {
                0 => !self.is_condition(head),
                1 => self.declares(*at, name),
                _ => false,
            };
            let within = depths(&self.code, Extent::Function(head), &places)?;
            let mut own = within.into_iter().filter(is_own).map(|(at, _)| original(at)).peekable();
            if own.peek().is_some() {
                return self.name(agreed(own)?);
            }
        }
        self.variable(None, name)
    }

    /// Whether these brackets are no parameters.
    fn is_condition(&self, head: usize) -> bool {
        let before = self.code[..head].trim_ascii_end();
        let is_word_before = |word: &&[u8]| {
            before.strip_suffix(*word).is_some_and(|rest| !rest.last().is_some_and(|byte| is_word(*byte)))
        };
        [&b"if"[..], b"for", b"while", b"switch", b"with"].iter().any(is_word_before)
    }

    /// Where the word stands, but for properties.
    fn places_of(&self, name: &str) -> Vec<usize> {
        let is_alone = |at: &usize| {
            let (before, behind) = self.around(*at, name);
            !before.last().is_some_and(|byte| is_word(*byte) || *byte == b'.')
                && !behind.first().is_some_and(|byte| is_word(*byte))
        };
        memchr::memmem::find_iter(&self.code, name.as_bytes()).filter(is_alone).collect()
    }

    fn name(&self, number: u32) -> Option<&str> {
        self.names.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }

    /// Whether the word is given a value there, or follows `function`, `class` and the like.
    fn declares(&self, at: usize, name: &str) -> bool {
        let (before, behind) = self.around(at, name);
        let is_declared =
            [&b"var"[..], b"let", b"const", b"class", b"function"].iter().any(|word| ends_with_word(before, word));
        let behind = behind.trim_ascii_start();
        is_declared || matches!(behind, [b'=', next, ..] if *next != b'=' && *next != b'>')
    }

    fn around(&self, at: usize, name: &str) -> (&[u8], &[u8]) {
        (&self.code[..at], self.code.get(at + name.len()..).unwrap_or_default())
    }
}

/// The one that all are.
fn agreed(names: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let mut names = names;
    let first = names.next()??;
    names.all(|name| name == Some(first)).then_some(first)
}

/// What is assigned: behind `=` or `:`.
fn assigned(behind: &[u8]) -> &[u8] {
    match behind.trim_ascii_start() {
        [b'=' | b':', rest @ ..] => rest.trim_ascii_start(),
        _ => &[],
    }
}

fn ends_with_word(text: &[u8], word: &[u8]) -> bool {
    let trimmed = text.trim_ascii_end();
    trimmed.len() < text.len()
        && trimmed.strip_suffix(word).is_some_and(|rest| !rest.last().is_some_and(|byte| is_word(*byte)))
}

fn begins_with_word(text: &[u8], word: &[u8]) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !rest.first().is_some_and(|byte| is_word(*byte)))
}

fn word_at(code: &[u8], at: usize) -> Option<&[u8]> {
    let rest = code.get(at..)?;
    let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
    (length > 0).then(|| &rest[..length])
}

/// Byte of a line and a column, which counts UTF-16 code units.
fn offset(code: &[u8], lines: &[usize], line: u32, column: u32) -> Option<usize> {
    let line = usize::try_from(line).ok()?;
    let start = *lines.get(line)?;
    let end = lines.get(line + 1).copied().unwrap_or(code.len());
    let column = usize::try_from(column).ok()?;
    let text = &code[start..end];
    let prefix = &text[..column.min(text.len())];
    if prefix.is_ascii() {
        return (column <= text.len()).then_some(start + column);
    }
    let mut units = 0;
    for (at, letter) in std::str::from_utf8(text).ok()?.char_indices() {
        if units >= column {
            return (units == column).then_some(start + at);
        }
        units += letter.len_utf16();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use sourcemap::SourceMapBuilder;

    /// Words that are marked as `short‹Original›`; a `^` is the place.
    fn names(marked: &str) -> (OriginalNames, u32) {
        let mut builder = SourceMapBuilder::new(None);
        let mut code = String::new();
        let mut place = 0;
        let mut rest = marked;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            match letter {
                '^' => place = code.encode_utf16().count(),
                '‹' => {
                    let (name, after) = rest.split_once('›').unwrap();
                    rest = after;
                    let start = code.rfind(|letter: char| !(letter.is_alphanumeric() || letter == '$'));
                    let start = start.map_or(0, |at| at + code[at..].chars().next().unwrap().len_utf8());
                    let column = code[..start].encode_utf16().count();
                    builder.add(0, u32::try_from(column).unwrap(), 0, 0, Some("a.ts"), Some(name), false);
                }
                letter => code.push(letter),
            }
        }
        (OriginalNames::of(&builder.into_sourcemap(), code.into_bytes()), u32::try_from(place).unwrap())
    }

    #[track_caller]
    fn check_class(marked: &str, expected: Option<&str>) {
        let (names, place) = names(marked);
        assert_eq!(names.class(0, place, "a"), expected, "{marked}");
    }

    #[test]
    fn a_class_had_the_name_in_its_header() {
        check_class("var a‹Session›=class extends c{constructor^(s){}}", Some("Session"));
        check_class("^class a‹Session›{id=4}", Some("Session"));
        check_class("é;class a‹Session›{id;constructor^(){}}", Some("Session"));
        check_class("class a‹One›{}function f(a‹two›){class a‹Three›{constructor^(a‹four›){}}}", Some("Three"));
        check_class("function f(a‹two›){return class{constructor^(){}}}", None);
        check_class("subclass a‹no›;^", None);
        check_class("class b{constructor^(){}}", None);
    }

    #[track_caller]
    fn check_function(marked: &str, expected: Option<&str>) {
        let (names, place) = names(marked);
        assert_eq!(names.function(0, place, "a"), expected, "{marked}");
    }

    #[test]
    fn a_function_had_the_name_before_its_parameters() {
        check_function("function a‹createStore›^(e){}", Some("createStore"));
        check_function("var a‹createStore›=function^(e){}", Some("createStore"));
        check_function("a‹createStore›=async ^(e)=>e", Some("createStore"));
        check_function("a‹other›;^(e)=>e", None);
        check_function("a‹other›=g(^(e)=>e)", None);
    }

    #[track_caller]
    fn check_variable(marked: &str, expected: Option<&str>) {
        let (names, place) = names(marked);
        let function = marked.contains('^').then_some((0, place));
        assert_eq!(names.variable(function, "t"), expected, "{marked}");
    }

    #[test]
    fn a_variable_had_the_name_on_which_its_function_agrees() {
        check_variable("function f^(e){let t‹sessions›=1;return()=>t‹sessions›}let t‹other›", Some("sessions"));
        check_variable("function f^(t‹limit›){return()=>t‹limit›}function g(t‹other›){}", Some("limit"));
        check_variable("function f^(){let t‹sessions›=1;g(t‹note›=>t‹note›)}", Some("sessions"));
        check_variable("function f^(){for(;;){let t‹one›=1}{let t‹two›=1}}", None);
        check_variable("function f^(){g()}", None);
        check_variable("function f^(){let t=1;g(t‹note›=>t‹note›)}", None);
        check_variable("function f^(){let t‹sessions›=1;g({t:o.t,s:'t'})}", Some("sessions"));
        check_variable("var t‹sessions›=[];function g(t‹note›){return t‹note›}", Some("sessions"));
        check_variable("var t‹sessions›=[]}", None);
    }

    #[track_caller]
    fn check_around(marked: &str, expected: Option<&str>) {
        let (names, place) = names(marked);
        assert_eq!(names.variable_around(0, place, "t"), expected, "{marked}");
    }

    #[test]
    fn a_variable_is_what_the_nearest_block_around_a_function_declares() {
        check_around(
            "let t‹no›=1;f=i(function(e){var t‹cache›=g(e);t.x=function^(c){};h=(t‹own›)=>{}})",
            Some("cache"),
        );
        check_around("function f(t‹limit›){return()=>{if(t){g(^()=>1)}}}", Some("limit"));
        check_around("function f(){var t=1;g(^()=>1)}let t‹other›=1", None);
        check_around("let t‹sessions›=1;function f(){g(^()=>1)}", Some("sessions"));
    }
}
