//! Finds the class of each node in turn, and makes the rows of the classes.

use super::class::{Class, ClassOrdinal};
use super::interface_match::NONE;
use super::interfaces::Interfaces;
use super::quick_hash::QuickHash;
use crate::format::Location;
use crate::kind::NodeKind;
use crate::known::engine::DETACHED_ELEMENT;
use crate::ordinal::{NodeOrdinal, StringOrdinal};
use crate::snapshot::Snapshot;
use crate::text::{Text, TextBuf};
use std::collections::HashMap;

/// A name and where it comes from, which tells classes of equal names apart.
#[derive(Clone, Copy)]
struct Named {
    /// Number of the text: equal for equal names.
    text: u32,
    /// The class without a location, once there is one.
    class: u32,
}

/// Position in `ClassBuilder::named` of a name that was not needed yet.
const UNSEEN: u32 = u32::MAX;

pub struct ClassBuilder<'a> {
    snapshot: &'a Snapshot,
    interfaces: &'a Interfaces,
    pub rows: Vec<Class>,
    named: Vec<Named>,
    /// Names of nodes by string: raw, or an element's tag.
    by_string: Vec<u32>,
    by_kind: [u32; NodeKind::LIMIT as usize],
    by_interface: Vec<u32>,
    /// Names that were computed (element tags, kinds) by text.
    computed: HashMap<TextBuf, u32>,
    /// Number of every text among the names, and the texts by number.
    texts: HashMap<TextBuf, u32>,
    spelled: Vec<TextBuf>,
    by_place: HashMap<(u32, u32, u32, u32), u32, QuickHash>,
    /// Rows of the location table that lie before the next node.
    location_row: usize,
}

impl<'a> ClassBuilder<'a> {
    pub fn new(snapshot: &'a Snapshot, interfaces: &'a Interfaces) -> Self {
        Self {
            snapshot,
            interfaces,
            rows: Vec::new(),
            named: Vec::new(),
            by_string: vec![UNSEEN; snapshot.tables().strings.len()],
            by_kind: [UNSEEN; NodeKind::LIMIT as usize],
            by_interface: vec![UNSEEN; interfaces.definitions.len()],
            computed: HashMap::new(),
            texts: HashMap::new(),
            spelled: Vec::new(),
            by_place: HashMap::default(),
            location_row: 0,
        }
    }

    /// Class of a node; nodes come in ascending order. `interface` is that of a plain object, or [`NONE`].
    #[inline(always)]
    pub fn class(&mut self, node: NodeOrdinal, interface: Option<u32>) -> ClassOrdinal {
        let kind = self.snapshot.kind(node);
        let named = match kind {
            NodeKind::OBJECT | NodeKind::NATIVE => match interface {
                None | Some(NONE) => self.name_of_string(self.snapshot.name(node)),
                Some(interface) => self.name_of_interface(interface as usize),
            },
            _ => self.name_of_kind(kind),
        };
        if kind == NodeKind::OBJECT
            && let Some(place) = self.location(node)
        {
            return self.class_at(named, place);
        }
        let class = self.named[named as usize].class;
        if class != UNSEEN { ClassOrdinal(class) } else { self.class_of_name(named) }
    }

    /// The node's location; like a merge of the nodes with the location table.
    #[inline(always)]
    fn location(&mut self, node: NodeOrdinal) -> Option<Location> {
        let table = &self.snapshot.tables().locations;
        while *table.nodes.get(self.location_row)? < node.0 {
            self.location_row += 1;
        }
        (table.nodes[self.location_row] == node.0).then(|| table.places[self.location_row])
    }

    #[inline(always)]
    fn name_of_string(&mut self, string: StringOrdinal) -> u32 {
        let known = self.by_string[string.index()];
        if known != UNSEEN {
            return known;
        }
        let raw = self.snapshot.text(string);
        let named = match element_tag(raw) {
            None => self.add_name(raw.to_owned()),
            Some(tag) => self.computed_name(tag),
        };
        self.by_string[string.index()] = named;
        named
    }

    #[inline(always)]
    fn name_of_kind(&mut self, kind: NodeKind) -> u32 {
        let known = self.by_kind[usize::from(kind.0)];
        if known != UNSEEN {
            return known;
        }
        let named = self.computed_name(match kind {
            NodeKind::HIDDEN => TextBuf::from("(system)"),
            NodeKind::CODE => TextBuf::from("(compiled code)"),
            NodeKind::CLOSURE => TextBuf::from("Function"),
            NodeKind::REGEXP => TextBuf::from("RegExp"),
            _ => TextBuf::from(format!("({})", self.snapshot.kind_name(kind))),
        });
        self.by_kind[usize::from(kind.0)] = named;
        named
    }

    fn name_of_interface(&mut self, interface: usize) -> u32 {
        if self.by_interface[interface] == UNSEEN {
            self.by_interface[interface] = self.add_name(self.interfaces.definitions[interface].name.clone());
        }
        self.by_interface[interface]
    }

    fn computed_name(&mut self, name: TextBuf) -> u32 {
        if let Some(known) = self.computed.get(&name) {
            return *known;
        }
        let named = self.add_name(name.clone());
        self.computed.insert(name, named);
        named
    }

    fn add_name(&mut self, name: TextBuf) -> u32 {
        let next = self.spelled.len() as u32;
        let text = *self.texts.entry(name).or_insert_with_key(|name| {
            self.spelled.push(name.clone());
            next
        });
        self.named.push(Named { text, class: UNSEEN });
        self.named.len() as u32 - 1
    }

    #[cold]
    fn class_of_name(&mut self, named: u32) -> ClassOrdinal {
        let name = self.spelled[self.named[named as usize].text as usize].clone();
        let mut key = TextBuf::from(",");
        key.push(name.as_text());
        self.named[named as usize].class = self.rows.len() as u32;
        self.add_row(Class { key, name, location: None })
    }

    fn class_at(&mut self, named: u32, place: Location) -> ClassOrdinal {
        let text = self.named[named as usize].text;
        let at = (place.script_id, place.line, place.column, text);
        if let Some(class) = self.by_place.get(&at) {
            return ClassOrdinal(*class);
        }
        let name = self.spelled[text as usize].clone();
        let mut key = TextBuf::from(format!("{},{},{},", place.script_id, place.line, place.column));
        key.push(name.as_text());
        self.by_place.insert(at, self.rows.len() as u32);
        self.add_row(Class { key, name, location: Some(place) })
    }

    fn add_row(&mut self, class: Class) -> ClassOrdinal {
        // At most one row a node, and nodes fit 29 bits.
        let ordinal = ClassOrdinal(self.rows.len() as u32);
        self.rows.push(class);
        ordinal
    }
}

/// `<div class="x">` without its attributes, `Detached <div …>` likewise; none for other names.
fn element_tag(name: Text<'_>) -> Option<TextBuf> {
    let bytes = name.as_bytes();
    let from = match bytes {
        [b'<', ..] => 0,
        _ if name.starts_with(DETACHED_ELEMENT) => DETACHED_ELEMENT.len(),
        _ => return None,
    };
    let Some(space) = memchr::memchr(b' ', &bytes[from..]) else { return Some(name.to_owned()) };
    let mut tag = Text(&bytes[..from + space]).to_owned();
    tag.push_str(">");
    Some(tag)
}
