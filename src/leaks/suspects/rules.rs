//! Rules that drop a candidate: a place where something grew in every interval, and which is no leak.
//!
//! The first rule that fits decides; [`RULES`] has them in their order.

use super::idle::{Waiting, wait_for_requests};
use super::suspect::Grown;
use crate::kind::NodeKind;
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::growth::survival::Survival;
use crate::leaks::growth::why::{Rule, Why};
use crate::leaks::newest::Newest;
use crate::leaks::origin::Origin;
use crate::leaks::place::bounded::{is_bounded, is_pooled, lists_modules};
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::collections::HashMap;

/// Growth in one place, and the object that would name the leak.
pub struct Candidate<'a, 'b> {
    pub newest: &'a Newest<'b>,
    pub growing: &'a Growing,
    pub item: NodeOrdinal,
    pub key: GroupKey,
    /// Groups whose growth is in `growth`.
    pub also: &'a [GroupKey],
    pub growth: &'a Growth,
    pub container: NodeOrdinal,
    /// The other growing groups of the place.
    pub parts: &'a [Grown],
    /// The sockets of each group.
    pub waiting: &'a HashMap<GroupKey, Waiting>,
}

struct SuspectRule {
    rule: Rule,
    fits: fn(&Candidate<'_, '_>) -> bool,
}

const RULES: [SuspectRule; 12] = [
    SuspectRule {
        rule: Rule { why: Why::Bounded, because: "Node.js keeps a fixed number of these, and there are no more" },
        fits: is_within_bound,
    },
    SuspectRule {
        rule: Rule {
            why: Why::Few,
            because: "a few texts or functions that Node.js holds, as it keeps for each module that is loaded late",
        },
        fits: are_few_values_of_node,
    },
    SuspectRule {
        rule: Rule {
            why: Why::Passing,
            because: "of such objects of Node.js that the snapshot before had, hardly any is still there",
        },
        fits: come_and_go_in_node,
    },
    SuspectRule { rule: IDLE, fits: are_idle_connections },
    SuspectRule { rule: UNSURE, fits: may_be_load_or_leak },
    SuspectRule {
        rule: Rule {
            why: Why::Load,
            because: "Node.js holds them, and two intervals added not as many, which connections of clients do too",
        },
        fits: follows_the_load,
    },
    SuspectRule {
        rule: Rule {
            why: Why::Few,
            because: "Node.js holds them, and an interval added few of them, and not the same number each time",
        },
        fits: are_few_of_node,
    },
    SuspectRule {
        rule: Rule { why: Why::Few, because: "parts of objects of Node.js, which say little in a single interval" },
        fits: are_parts_in_a_single_interval,
    },
    SuspectRule {
        rule: Rule {
            why: Why::Few,
            because: "an interval added too few, they are light, and no class of the program or of a package names them",
        },
        fits: are_few_and_light,
    },
    SuspectRule { rule: RENEWED, fits: are_renewed_in_a_single_interval },
    SuspectRule { rule: MADE_ANEW, fits: came_with_their_holder_in_a_single_interval },
    SuspectRule { rule: BEGUN, fits: came_with_a_module_in_a_single_interval },
];

/// Connections of clients that have a timer.
pub const IDLE: Rule = Rule {
    why: Why::Load,
    because: "connections of clients that wait for the next request, each with a timer that closes it",
};
/// Growth of which the load is only one explanation: it is no reason for the verdict that nothing leaks.
pub const UNSURE: Rule = Rule {
    why: Why::Load,
    because: "Node.js holds them, and whether those of the interval before are still there is not known",
};
/// Two heaps cannot tell a collection that is copied again and again from work under way, or from a cache that is full.
pub const RENEWED: Rule = Rule {
    why: Why::Passing,
    because: "hardly any of those of the first snapshot are still there, so more may be work under way or a full cache: a \
              third snapshot decides",
};
/// Two heaps cannot tell the growth of a holder that is there in both from one that is made anew for each piece of
/// work.
pub const MADE_ANEW: Rule = Rule {
    why: Why::Recent,
    because: "their holder came after the first snapshot, and nothing that an earlier one had is there any more: a third \
              snapshot decides",
};
/// The first heap had not all of the modules.
pub const BEGUN: Rule = Rule {
    why: Why::Modules,
    because: "objects of Node.js, which loaded modules of its own in the only interval: a third snapshot decides",
};
/// The rules that do not decide: growth that they drop is no reason for the verdict that nothing leaks.
pub const UNDECIDED: [Rule; 4] = [UNSURE, RENEWED, MADE_ANEW, BEGUN];
/// The candidate without a name.
pub const UNNAMED: Rule = Rule { why: Why::Few, because: "none of the objects that grew there can name a leak" };

/// The first rule that drops the candidate.
pub fn dropped_by(candidate: &Candidate<'_, '_>) -> Option<Rule> {
    RULES.iter().find(|rule| (rule.fits)(candidate)).map(|rule| rule.rule)
}

impl Candidate<'_, '_> {
    fn is_multiple(&self) -> bool {
        self.growing.operations.is_multiple(&self.growth.counts)
    }

    fn are_few(&self) -> bool {
        self.newest.limits.are_few(&self.growth.counts)
    }

    /// Node.js collects the objects, their number tells, and they are not heavy: the load may explain them.
    fn may_be_load(&self) -> bool {
        let limits = &self.newest.limits;
        let is_number = self.growth.counts.iter().all(|count| *count > limits.most_swelling)
            && self.growth.bytes() < limits.many_bytes_of_node;
        is_number && !self.is_multiple() && self.newest.is_collected_by_node(self.item, self.container)
    }

    /// Nothing of the interval before is gone, and no client, timer or waiting promise is behind them: those stay for a
    /// while, and are more when there is more work.
    ///
    /// Example: listeners on a signal of the program.
    fn has_piled_up(&self) -> bool {
        let Survival { kept, there } = self.growth.survival;
        kept == there && there >= self.newest.limits.fewest_survivors && !self.may_end()
    }

    /// The groups of all objects.
    fn keys(&self) -> impl Iterator<Item = GroupKey> + '_ {
        self.parts.iter().flat_map(Grown::keys).chain(self.also.iter().copied()).chain([self.key])
    }

    /// A function of the program or of a package, which a list of Node.js has of itself, and no object of its own.
    ///
    /// Example: the functions that `promiseHooks.onInit` was given.
    fn is_own_function(&self) -> bool {
        let newest = self.newest;
        newest.snapshot().kind(self.item) == NodeKind::CLOSURE
            && newest.owner(self.item) == Some(self.container)
            && newest.location(self.item).is_some_and(|place| newest.origin_at(&place) >= Origin::Package)
    }

    /// A client, a timer or a waiting promise is among the objects.
    fn may_end(&self) -> bool {
        let all = self.parts.iter().map(|part| part.node).chain([self.item]);
        all.into_iter().any(|node| self.newest.may_end(node))
    }
}

fn is_within_bound(candidate: &Candidate<'_, '_>) -> bool {
    is_bounded(candidate.newest, candidate.container, candidate.key)
        || is_pooled(candidate.newest, candidate.item, candidate.key)
}

/// Node.js keeps a few texts for every module that is loaded late, but not one for each operation, again and again.
fn are_few_values_of_node(candidate: &Candidate<'_, '_>) -> bool {
    let newest = candidate.newest;
    let is_value = newest.origin(candidate.item) <= Origin::Value
        && !candidate.is_own_function()
        && newest.holder_origin(candidate.container) <= Origin::Node;
    is_value && candidate.are_few() && !(candidate.is_multiple() && candidate.growth.counts.len() > 1)
}

/// Requests and connections under way may be as many more each time, where the load rises evenly. Nobody copies them,
/// as a program does a list whose objects are all new after each change.
fn come_and_go_in_node(candidate: &Candidate<'_, '_>) -> bool {
    let (newest, item) = (candidate.newest, candidate.item);
    let is_of_node =
        newest.origin(item) <= Origin::Node && (newest.is_inside_node(candidate.container) || newest.may_end(item));
    is_of_node && candidate.growth.survival.is_passing(&newest.limits) && !candidate.is_multiple()
}

/// Connections that are open because clients keep them for their next request. There are as many as the most requests
/// at once.
fn are_idle_connections(candidate: &Candidate<'_, '_>) -> bool {
    are_idle(candidate, false)
}

fn are_idle(candidate: &Candidate<'_, '_>, with_other_ends: bool) -> bool {
    let Candidate { newest, item, growth, parts, waiting, .. } = candidate;
    let waiting = || Waiting::of(waiting, candidate.keys());
    newest.origin(*item) <= Origin::Node && wait_for_requests(newest, *item, growth, parts, waiting(), with_other_ends)
}

/// What the next rules drop as load, though nothing of it ends by itself, and nobody knows whether any of it is gone.
fn may_be_load_or_leak(candidate: &Candidate<'_, '_>) -> bool {
    let is_unknown = candidate.growth.survival.there == 0 && !candidate.may_end();
    let are_own_functions = || candidate.is_own_function() && are_parts_in_a_single_interval(candidate);
    is_unknown && (follows_the_load(candidate) || are_few_of_node(candidate) || are_own_functions())
        || are_idle(candidate, true)
}

/// Over two intervals unequal growth of so few follows the load: some clients opened more connections.
fn follows_the_load(candidate: &Candidate<'_, '_>) -> bool {
    let limits = &candidate.newest.limits;
    let steps = &candidate.growth.counts[..];
    let is_uneven = matches!(steps, [one, other] if !limits.is_even(steps) && one.max(other) < &limits.many_of_node);
    is_uneven && candidate.may_be_load() && !candidate.has_piled_up()
}

fn are_few_of_node(candidate: &Candidate<'_, '_>) -> bool {
    let is_exact = candidate.newest.limits.is_exact(&candidate.growth.counts);
    candidate.are_few() && !is_exact && candidate.may_be_load() && !candidate.has_piled_up()
}

/// Functions of the program in one list are listeners, as a rule, and fewer of them say more.
fn are_parts_in_a_single_interval(candidate: &Candidate<'_, '_>) -> bool {
    let limits = &candidate.newest.limits;
    let few = if candidate.is_own_function() { limits.fewest_spread } else { limits.many_of_node };
    let is_single = matches!(&candidate.growth.counts[..], [one] if *one < few);
    is_single && candidate.newest.origin(candidate.item) <= Origin::Plain && candidate.may_be_load()
}

/// Node.js keeps objects for each of its modules. When some were loaded in the only interval, few objects, or those
/// that came with their holder, may be of these modules.
fn came_with_a_module_in_a_single_interval(candidate: &Candidate<'_, '_>) -> bool {
    let Candidate { newest, growing, item, growth, container, .. } = candidate;
    let [count] = growth.counts[..] else { return false };
    let is_of_program = candidate.is_own_function();
    if is_of_program
        || candidate.is_multiple()
        || candidate.may_end()
        || !newest.is_collected_by_node(*item, *container)
    {
        return false;
    }
    let holder = newest.owner(newest.head(*item)).filter(|holder| !newest.grouping.is_persistent(*holder));
    let came_with_holder = holder.is_some_and(|holder| {
        let key = newest.key(holder);
        let grown = growing.rest.get(&key).or_else(|| growing.groups.get(&key));
        let is_all = |grown: &Growth| newest.census.groups[&key].count == grown.counts[0].unsigned_abs();
        grown.is_some_and(is_all)
    });
    let has_loaded = || {
        growing.groups.iter().chain(&growing.rest).any(|(key, growth)| {
            let first = newest.census.groups[key].first;
            growth.counts[0] > 0 && newest.owner(first).is_some_and(|list| lists_modules(newest, list))
        })
    };
    (came_with_holder || count < newest.limits.many_of_node) && has_loaded()
}

/// Of what the first of two heaps had, hardly any is still there: neither of the objects nor of all that came with
/// them.
///
/// Example: a cache of the last hundred entries, which was filling up when the first snapshot was taken.
fn are_renewed_in_a_single_interval(candidate: &Candidate<'_, '_>) -> bool {
    let stays = |key: &GroupKey| candidate.growing.stays.get(key).copied().unwrap_or_default();
    let limits = &candidate.newest.limits;
    let mut all = Survival::default();
    candidate.keys().for_each(|key| all.add(stays(&key)));
    !candidate.is_multiple() && stays(&candidate.key).is_passing(limits) && all.is_passing(limits)
}

/// Example: records wait in a list, and a new list begins when the old one is written out. A list that is copied with
/// one record more has those of the old one.
fn came_with_their_holder_in_a_single_interval(candidate: &Candidate<'_, '_>) -> bool {
    let Candidate { newest, growing, container, .. } = candidate;
    let is_single = candidate.growth.counts.len() == 1 && !growing.stays.is_empty();
    // Native objects have a new id in each heap.
    let may_last = !newest.snapshot().id(*container).is_multiple_of(2);
    let is_new = is_single && may_last && !newest.grouping.is_persistent(*container);
    // A holder that the program made after the first snapshot, and has filled since, is no sign of health: an earlier
    // one has to be gone with all that it held.
    let is_gone = |stays: Survival| stays.there > 0 && stays.kept == 0;
    // More of such holders came with it: then these pile up.
    let key = newest.key(*container);
    let holders = growing.rest.get(&key).or_else(|| growing.groups.get(&key));
    let is_alone = holders.is_none_or(|holders| holders.counts[0] <= newest.limits.most_swelling);
    is_new
        && is_alone
        && !candidate.is_multiple()
        && growing.stays.get(&candidate.key).is_some_and(|stays| is_gone(*stays))
}

fn are_few_and_light(candidate: &Candidate<'_, '_>) -> bool {
    let limits = &candidate.newest.limits;
    let has_name = candidate.is_multiple() || candidate.newest.origin(candidate.item) >= Origin::Package;
    let is_heavy = candidate.growth.bytes() >= limits.few_bytes || candidate.growth.counts.contains(&0);
    limits.is_small(&candidate.growth.counts) && !is_heavy && !has_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_says_why_in_its_own_words() {
        let rules: Vec<Rule> = RULES.iter().map(|rule| rule.rule).chain([UNNAMED]).collect();
        for (at, rule) in rules.iter().enumerate() {
            assert!(!rule.because.ends_with('.') && rule.because.len() > 40, "{rule:?}");
            assert!(!rules[..at].iter().any(|other| other.because == rule.because), "{rule:?}");
        }
    }
}
