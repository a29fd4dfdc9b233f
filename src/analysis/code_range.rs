//! How many braces surround a place of a script, and where does a function end? This is no parser. It tells braces,
//! brackets, texts, templates, comments and regular expressions apart, which is enough to find the code of a function.

/// Before a slash these words begin an expression, so the slash begins a regular expression.
const BEFORE_EXPRESSION: [&[u8]; 11] =
    [b"return", b"typeof", b"case", b"in", b"of", b"void", b"delete", b"instanceof", b"new", b"throw", b"else"];

/// What of a script is looked through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extent {
    /// All of it.
    Script,
    /// From the offset of a function to its end.
    Function(usize),
}

/// Of these offsets of words, in ascending order, those in the code of the extent, each with the number of braces that
/// are open there.
///
/// `None` when braces do not match: the text is none of a script, or not understood.
///
/// # Cost
/// One pass over the text of the extent.
pub fn depths(code: &[u8], extent: Extent, offsets: &[usize]) -> Option<Vec<(usize, usize)>> {
    let start = match extent {
        Extent::Script => 0,
        Extent::Function(start) => start,
    };
    let mut reader = Reader::at(code, start);
    let mut found = Vec::new();
    let mut wanted = offsets.iter().copied().skip_while(|offset| *offset < start).peekable();
    loop {
        if extent != Extent::Script && reader.is_over {
            return Some(found);
        }
        // What lies in a text or in a comment was stepped over.
        while wanted.next_if(|offset| *offset < reader.at).is_some() {}
        found.extend(wanted.next_if_eq(&reader.at).map(|offset| (offset, reader.braces())));
        if reader.at >= code.len() {
            let is_whole = reader.open.is_empty() && extent == Extent::Script;
            return is_whole.then_some(found);
        }
        reader.step()?;
    }
}

/// Where the blocks around a place begin, innermost first: each at its head in round brackets, as the parameters of a
/// function, else at its brace.
///
/// `None` when braces do not match.
///
/// # Cost
/// One pass over the text before the place.
pub fn blocks_around(code: &[u8], place: usize) -> Option<Vec<usize>> {
    let mut reader = Reader::at(code, 0);
    while reader.at < place {
        reader.step()?;
    }
    let braces = reader.open.iter().rev().filter(|open| open.what == Opened::Brace);
    Some(braces.map(|open| open.head).collect())
}

/// What was opened and not closed.
#[derive(Clone, Copy)]
struct Open {
    what: Opened,
    /// Where it begins; of a block its head, where it has one.
    head: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    Brace,
    Bracket,
    /// `${` of a template.
    Template,
}

struct Reader<'a> {
    code: &'a [u8],
    at: usize,
    open: Vec<Open>,
    /// Whether a slash that comes now divides.
    divides: bool,
    /// Whether an arrow without a brace behind it was met outside of brackets.
    is_expression: bool,
    /// Whether the function at which the reading began is over.
    is_over: bool,
    /// Begin and end of what may be the head of a block: brackets, or the one parameter of an arrow.
    head: (usize, usize),
}

impl<'a> Reader<'a> {
    fn at(code: &'a [u8], at: usize) -> Self {
        Self { code, at, open: Vec::new(), divides: false, is_expression: false, is_over: false, head: (0, 0) }
    }

    fn braces(&self) -> usize {
        self.open.iter().filter(|open| open.what != Opened::Bracket).count()
    }

    /// Over the next sign, word, text or comment.
    fn step(&mut self) -> Option<()> {
        let rest = &self.code[self.at..];
        match rest {
            [b'/', b'/', ..] => self.at += line(rest),
            [b'/', b'*', ..] => self.at += memchr::memmem::find(rest, b"*/")? + 2,
            [b'/', ..] if !self.divides => self.over(regular_expression(rest)?),
            [quote @ (b'\'' | b'"'), ..] => self.over(text(rest, *quote)?),
            [b'`', ..] => self.template(1)?,
            [b'=', b'>', ..] => {
                let body = rest[2..].iter().find(|byte| !byte.is_ascii_whitespace());
                self.is_expression |= self.open.is_empty() && body != Some(&b'{');
                self.sign(2);
            }
            [b'{', ..] => self.begin(Opened::Brace),
            [b'(' | b'[', ..] => self.begin(Opened::Bracket),
            [b'}', ..] => self.end_brace()?,
            [b')' | b']', ..] => self.end_bracket()?,
            [b',' | b';', ..] => {
                self.is_over |= self.is_expression && self.open.is_empty();
                self.sign(1);
            }
            [first, ..] if is_word(*first) => {
                let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
                self.head = (self.at, self.at + length);
                self.at += length;
                self.divides = !BEFORE_EXPRESSION.contains(&&rest[..length]);
            }
            [blank, ..] if blank.is_ascii_whitespace() => self.at += 1,
            // A number was incremented or not: what follows divides.
            [b'+', b'+', ..] | [b'-', b'-', ..] => self.at += 2,
            _ => self.sign(1),
        }
        Some(())
    }

    fn sign(&mut self, length: usize) {
        self.at += length;
        self.divides = false;
    }

    fn over(&mut self, length: usize) {
        self.at += length;
        self.divides = true;
    }

    fn begin(&mut self, what: Opened) {
        let (start, end) = self.head;
        let between = self.code.get(end..self.at).unwrap_or_default().trim_ascii();
        let is_headed = end > 0 && (between == b"=>" || between.is_empty() && self.code[end - 1] == b')');
        let head = if what == Opened::Brace && is_headed { start } else { self.at };
        self.open.push(Open { what, head });
        self.sign(1);
    }

    fn end_brace(&mut self) -> Option<()> {
        match self.open.pop().map(|open| open.what) {
            Some(Opened::Template) => self.template(1)?,
            Some(Opened::Brace) => {
                self.sign(1);
                self.is_over |= self.open.is_empty() && !self.is_expression;
            }
            // The block around an arrow without a body of its own.
            None if self.is_expression => self.is_over = true,
            _ => return None,
        }
        Some(())
    }

    fn end_bracket(&mut self) -> Option<()> {
        match self.open.pop() {
            Some(Open { what: Opened::Bracket, head }) => {
                self.over(1);
                self.head = (head, self.at);
            }
            None if self.is_expression => self.is_over = true,
            _ => return None,
        }
        Some(())
    }

    /// From the sign before a template's text to the end of the text, or into the expression in it.
    fn template(&mut self, sign: usize) -> Option<()> {
        self.at += sign;
        loop {
            match self.code.get(self.at..)? {
                [b'\\', _, ..] => self.at += 2,
                [b'$', b'{', ..] => {
                    self.open.push(Open { what: Opened::Template, head: self.at });
                    self.sign(2);
                    return Some(());
                }
                [b'`', ..] => {
                    self.over(1);
                    return Some(());
                }
                [_, ..] => self.at += 1,
                [] => return None,
            }
        }
    }
}

/// True for a byte of an identifier, or of a number.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#') || byte >= 0x80
}

fn line(rest: &[u8]) -> usize {
    memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// Length of a text in quotes.
fn text(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        match *rest.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            b'\n' => return None,
            _ => at += 1,
        }
    }
}

/// Length of a regular expression; its flags are a word of their own.
fn regular_expression(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    let mut in_class = false;
    loop {
        match *rest.get(at)? {
            b'\\' => at += 2,
            b'[' => {
                in_class = true;
                at += 1;
            }
            b']' => {
                in_class = false;
                at += 1;
            }
            b'/' if !in_class => return Some(at + 1),
            b'\n' => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Depths of every `x` of the extent.
    #[track_caller]
    fn check_depths(code: &str, start: Option<usize>, expected: Option<&[usize]>) {
        let offsets: Vec<usize> = code.match_indices('x').map(|(at, _)| at).collect();
        let extent = start.map_or(Extent::Script, Extent::Function);
        let found = depths(code.as_bytes(), extent, &offsets);
        let found = found.map(|rows| rows.into_iter().map(|(_, depth)| depth).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected, "{code}");
    }

    #[test]
    fn braces_are_counted() {
        check_depths("x{x(x)}x", None, Some(&[0, 1, 1, 0]));
        check_depths("'{';\"}\\\"{\";/[/{]{/.y;// {\n/* { */`{${{x}}${x}x}`;x", None, Some(&[2, 1, 0]));
        check_depths("'x';/x/;`x${x}`;x/*x*///x", None, Some(&[1, 0]));
        check_depths("a/x/{}", None, Some(&[0]));
        check_depths("return /{/;x", None, Some(&[0]));
        check_depths("x}", None, None);
        check_depths("{x", None, None);
        check_depths("'x", None, None);
    }

    #[test]
    fn blocks_begin_at_their_heads() {
        let around = |code: &str| blocks_around(code.as_bytes(), code.find('^').unwrap());
        assert_eq!(around("f(a){g(b){}h((c)=>{i(d=>{^"), Some(vec![21, 13, 1]));
        assert_eq!(around("{f(a);{^"), Some(vec![6, 0]));
        assert_eq!(around("if(a){}else{^"), Some(vec![11]));
        assert_eq!(around("}^"), None);
    }

    #[test]
    fn a_function_ends_where_its_body_does() {
        check_depths("x;f(x){x{x}}x", Some(3), Some(&[0, 1, 2]));
        check_depths("f=x=>x(x,x),x", Some(2), Some(&[0, 0, 0, 0]));
        check_depths("f=x=>{x};x", Some(2), Some(&[0, 1]));
        check_depths("g({y:(x)=>x})x", Some(5), Some(&[0, 0]));
        check_depths("g(x=>x)x", Some(2), Some(&[0, 0]));
        check_depths("f(x,y={x}){x}x", Some(1), Some(&[0, 1, 1]));
        check_depths("f(x){x", Some(1), None);
    }
}
