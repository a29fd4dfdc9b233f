//! Which cause has the growth of a group of objects?

use super::account::Cause;
use super::books::Books;
use super::by_steps::by_steps;
use super::doubt::is_doubtful;
use crate::known::node::{LOADED, NATIVE};
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::rules::THIN;
use crate::leaks::growth::why::Why;
use crate::leaks::place::bounded::is_bounded;
use crate::leaks::place::census::GroupKey;
use crate::leaks::place::unreached::is_of_engine;
use crate::leaks::suspects::rules::{IDLE, UNDECIDED};
use crate::ordinal::NodeOrdinal;
use std::collections::HashMap;

impl Books<'_, '_> {
    /// The leak that the group, or a group above it, is part of.
    pub fn leak_above(&self, key: GroupKey) -> Option<usize> {
        let mut at = key;
        for _ in 0..self.newest.limits.deepest {
            if let Some(leak) = self.leaked.get(&at) {
                return Some(*leak);
            }
            at = self.heaps.iter().rev().find_map(|heap| heap.groups.get(&at))?.parent?;
        }
        None
    }

    /// The highest group above this one that grew and has a cause of its own; else the highest that grew. An object is
    /// no part of the code or of a table of V8's above it.
    ///
    /// Example: sockets that the load explains stand below an agent that the first interval made.
    pub fn top_with_cause(&self, grown: &HashMap<GroupKey, Growth>, key: GroupKey) -> GroupKey {
        let groups = &self.newest.census.groups;
        let is_code = |key: &GroupKey| groups.get(key).is_some_and(|group| self.is_code(group.first));
        let (mut top, mut at) = (key, key);
        let mut own = self.has_own_cause(key).then_some(key);
        for _ in 0..self.newest.limits.deepest {
            at = match groups.get(&at).and_then(|group| group.parent) {
                Some(parent) => parent,
                None => break,
            };
            if grown.contains_key(&at) && (is_code(&top) || !is_code(&at)) {
                top = at;
                own = if self.has_own_cause(at) { Some(at) } else { own };
            }
        }
        own.unwrap_or(top)
    }

    /// The cause of a group, of which `node` is one, and all below it.
    pub fn cause_of(&self, key: GroupKey, node: NodeOrdinal, growth: &Growth) -> Cause {
        let newest = self.newest;
        if let Some(leak) = self.classes.get(&newest.label(node)) {
            return Cause::Leak(*leak);
        }
        if self.is_code(node) {
            return Cause::OneOff(Why::Code);
        }
        match self.dropped.get(&key) {
            Some(rule) if UNDECIDED.contains(rule) => return Cause::Unexplained,
            Some(rule) if *rule == IDLE => return Cause::OneOff(rule.why),
            None if is_doubtful(newest, self.growing, key) => return Cause::Unexplained,
            _ => (),
        }
        let is_module = |node: &NodeOrdinal| {
            let class = newest.class_name(*node).to_string();
            !newest.grouping.is_persistent(*node) && LOADED.contains(&class.as_str())
        };
        if !self.has_own_cause(key) && newest.tree.ancestors(node).iter().any(is_module) {
            return Cause::OneOff(Why::Modules);
        }
        if is_bounded(newest, newest.owner(newest.head(node)).unwrap_or(node), newest.key(node)) {
            return Cause::OneOff(Why::Bounded);
        }
        if growth.survival.is_passing(&newest.limits) {
            return Cause::OneOff(Why::Passing);
        }
        by_steps(&growth.sizes, self.dropped.get(&key).map(|rule| rule.why), &newest.limits)
    }

    /// Whether a rule dropped the group because of its number, or its number grew without a rule.
    fn has_own_cause(&self, key: GroupKey) -> bool {
        match self.dropped.get(&key) {
            Some(rule) => matches!(rule.why, Why::Load | Why::Few) && *rule != THIN,
            None => is_doubtful(self.newest, self.growing, key),
        }
    }

    /// Whether the node is code or a table of V8's. The objects of native code are none, of whatever kind a line of
    /// Node.js writes them.
    pub fn is_code(&self, node: NodeOrdinal) -> bool {
        let snapshot = self.newest.snapshot();
        !self.newest.may_leak(node)
            && is_of_engine(snapshot.kind(node))
            && !snapshot.name_text(node).as_bytes().starts_with(NATIVE.as_bytes())
    }
}
