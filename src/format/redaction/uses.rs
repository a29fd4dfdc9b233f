//! Which strings are names, and which are contents? The tables that refer to them decide.

use crate::format::header::{EdgeFields, FunctionFields, Header};
use crate::format::integers::{Fault, Rows};
use crate::format::node_rows::{narrow, unsigned};
use crate::kind::{EdgeKind, NodeKind};
use std::collections::{HashMap, HashSet};

/// How a string is used, all its uses together. Without any mark it is content, or nothing refers to it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Marks(u8);

impl Marks {
    /// Names code: a function, a script.
    pub const CODE: u8 = 1;
    /// Names an object: its class, or what V8 or its embedder calls it.
    pub const OBJECT: u8 = 2;
    /// Names a property or a variable.
    pub const EDGE: u8 = 4;
    /// Names an edge of V8's own.
    pub const INTERNAL: u8 = 8;
    /// [`Marks::INTERNAL`], and the edge leads to a content.
    pub const HOLDS_CONTENT: u8 = 16;

    #[cfg(test)]
    pub fn of(bits: u8) -> Self {
        Self(bits)
    }

    pub fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    pub fn any(self) -> bool {
        self.0 != 0
    }
}

/// The uses of all strings, known before the first string comes.
///
/// # Cost
/// A byte for each string, a bit for each node, and some for each symbol.
#[derive(Default, Debug)]
pub struct Uses {
    marks: Vec<u8>,
    /// Marks of strings far behind all others: only damaged files have such.
    far: HashMap<u32, u8>,
    /// References so far.
    references: usize,
    /// A bit for each node whose name is content.
    contents: Vec<u64>,
    symbols: HashSet<u64>,
}

impl Uses {
    /// How the string of this number is used.
    pub fn of(&self, string: u32) -> Marks {
        let marks = self.marks.get(string as usize).or_else(|| self.far.get(&string));
        Marks(marks.copied().unwrap_or(0))
    }

    pub fn is_symbol(&self, id: u64) -> bool {
        self.symbols.contains(&id)
    }

    pub fn add_symbol(&mut self, id: u64) {
        self.symbols.insert(id);
    }

    #[inline]
    fn mark(&mut self, string: u32, bit: u8) {
        /// Room for strings that nothing referred to yet.
        const SLACK: usize = 1 << 20;
        self.references += 1;
        let index = string as usize;
        if index >= self.marks.len() {
            // V8 numbers strings by their first use. A number far above that must not make us ask for memory.
            if index > self.references * 2 + SLACK {
                *self.far.entry(string).or_default() |= bit;
                return;
            }
            let far = std::mem::take(&mut self.far);
            self.marks.resize((index + 1).max(self.marks.len() * 3 / 2), 0);
            for (string, bits) in far {
                match self.marks.get_mut(string as usize) {
                    Some(marks) => *marks |= bits,
                    None => _ = self.far.insert(string, bits),
                }
            }
        }
        self.marks[index] |= bit;
    }

    fn add_node(&mut self, node: usize, is_content: bool) {
        if node / 64 == self.contents.len() {
            self.contents.push(0);
        }
        self.contents[node / 64] |= u64::from(is_content) << (node % 64);
    }

    fn is_content(&self, node: u64) -> bool {
        let word = usize::try_from(node / 64).ok().and_then(|word| self.contents.get(word));
        word.is_some_and(|word| word >> (node % 64) & 1 != 0)
    }
}

/// The meaning of the names of nodes of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Named {
    /// By their content.
    Content,
    /// The same, and a weak map may have them as keys.
    Symbol,
    /// As the [`Marks`] bit says.
    As(u8),
}

impl Named {
    /// A kind that we do not know may be named by its content.
    fn of(kind: &str) -> Self {
        match NodeKind::by_name(kind) {
            Some(NodeKind::CODE | NodeKind::CLOSURE) => Self::As(Marks::CODE),
            Some(
                NodeKind::HIDDEN
                | NodeKind::ARRAY
                | NodeKind::OBJECT
                | NodeKind::NATIVE
                | NodeKind::SYNTHETIC
                | NodeKind::OBJECT_SHAPE
                | NodeKind::WASM_OBJECT,
            ) => Self::As(Marks::OBJECT),
            Some(NodeKind::SYMBOL) => Self::Symbol,
            _ => Self::Content,
        }
    }
}

/// Looks at the rows of `nodes`.
#[derive(Debug)]
pub struct NodeUses {
    pub uses: Uses,
    pub count: u64,
    expected: Option<u32>,
    width: usize,
    kind: usize,
    name: usize,
    id: usize,
    named: Vec<Named>,
}

impl NodeUses {
    pub fn new(header: &Header, uses: Uses) -> Self {
        let fields = &header.nodes;
        Self {
            uses,
            count: 0,
            expected: header.node_count,
            width: fields.width,
            kind: fields.kind,
            name: fields.name,
            id: fields.id,
            named: fields.kinds.iter().map(|kind| Named::of(kind)).collect(),
        }
    }

    fn row(&mut self, kind: u64, name: u32, id: u64) {
        let named = usize::try_from(kind).ok().and_then(|kind| self.named.get(kind)).copied().unwrap_or(Named::Content);
        let node = self.count as usize;
        self.count += 1;
        match named {
            Named::As(bit) => self.uses.mark(name, bit),
            Named::Content => self.uses.references += 1,
            Named::Symbol => self.uses.add_symbol(id),
        }
        self.uses.add_node(node, !matches!(named, Named::As(_)));
    }
}

impl Rows for NodeUses {
    const TABLE: &'static str = "nodes";
    const MANY: bool = true;

    fn width(&self) -> usize {
        self.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let kind = unsigned(row, self.kind, "type")?;
        let name = narrow(row, self.name, "name")?;
        let id = unsigned(row, self.id, "id")?;
        self.row(kind, name, id);
        Ok(())
    }

    fn push_many(&mut self, numbers: &[u32]) -> bool {
        let (kind, name, id) = (self.kind, self.name, self.id);
        for row in numbers.chunks_exact(self.width) {
            self.row(u64::from(row[kind]), row[name], u64::from(row[id]));
        }
        true
    }

    fn end(&mut self) -> Result<(), String> {
        counted(self.count, self.expected)
    }
}

/// Looks at the rows of `edges`. Those of `nodes` came before.
#[derive(Debug)]
pub struct EdgeUses {
    pub uses: Uses,
    pub count: u64,
    expected: Option<u32>,
    fields: EdgeFields,
    node_width: u64,
}

impl EdgeUses {
    pub fn new(header: &Header, uses: Uses) -> Self {
        let node_width = header.nodes.width as u64;
        Self { uses, count: 0, expected: header.edge_count, fields: header.edges.clone(), node_width }
    }

    /// The bit for the name of an edge; `None` when it has no name. An unknown kind may have a number.
    #[inline]
    fn bit(&self, kind: u64, target: u64) -> Option<u8> {
        match usize::try_from(kind).ok().and_then(|kind| self.fields.kinds.get(kind))? {
            EdgeKind::Element | EdgeKind::Hidden | EdgeKind::Foreign => None,
            EdgeKind::Internal if self.uses.is_content(target / self.node_width) => {
                Some(Marks::INTERNAL | Marks::HOLDS_CONTENT)
            }
            EdgeKind::Internal => Some(Marks::INTERNAL),
            EdgeKind::Context | EdgeKind::Property | EdgeKind::Shortcut | EdgeKind::Weak => Some(Marks::EDGE),
        }
    }
}

impl Rows for EdgeUses {
    const TABLE: &'static str = "edges";
    const MANY: bool = true;

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        let kind = unsigned(row, self.fields.kind, "type")?;
        let target = unsigned(row, self.fields.target, "to_node")?;
        if let Some(bit) = self.bit(kind, target) {
            let name = narrow(row, self.fields.name_or_index, "name_or_index")?;
            self.uses.mark(name, bit);
        }
        self.count += 1;
        Ok(())
    }

    fn push_many(&mut self, numbers: &[u32]) -> bool {
        let (kind, target, name) = (self.fields.kind, self.fields.target, self.fields.name_or_index);
        for row in numbers.chunks_exact(self.fields.width) {
            if let Some(bit) = self.bit(u64::from(row[kind]), u64::from(row[target])) {
                self.uses.mark(row[name], bit);
            }
        }
        self.count += (numbers.len() / self.fields.width) as u64;
        true
    }

    fn end(&mut self) -> Result<(), String> {
        counted(self.count, self.expected)
    }
}

/// Looks at the rows of `trace_function_infos`.
#[derive(Debug)]
pub struct FunctionUses {
    pub uses: Uses,
    fields: FunctionFields,
}

impl FunctionUses {
    pub fn new(header: &Header, uses: Uses) -> Self {
        Self { uses, fields: header.functions.clone() }
    }
}

impl Rows for FunctionUses {
    const TABLE: &'static str = "trace_function_infos";

    fn width(&self) -> usize {
        self.fields.width
    }

    fn push(&mut self, row: &[i128]) -> Result<(), Fault> {
        self.uses.mark(narrow(row, self.fields.name, "name")?, Marks::CODE);
        self.uses.mark(narrow(row, self.fields.script_name, "script_name")?, Marks::CODE);
        Ok(())
    }
}

/// `expected`: what the header says, when it does.
fn counted(rows: u64, expected: Option<u32>) -> Result<(), String> {
    let Some(expected) = expected.filter(|expected| u64::from(*expected) != rows) else { return Ok(()) };
    Err(format!("{rows} rows instead of the {expected} announced"))
}
