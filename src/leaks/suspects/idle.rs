//! Are sockets connections of clients that wait for the next request, with a timer that closes them?

use super::suspect::Grown;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::node::{MESSAGE_OF_SOCKET, MESSAGES, PARSER_OF_SOCKET, PARSERS, SOCKETS, TIMER_OF_SOCKET, TIMERS};
use crate::leaks::growth::change::Growth;
use crate::leaks::growth::growing::Growing;
use crate::leaks::newest::Newest;
use crate::leaks::place::census::GroupKey;
use crate::ordinal::NodeOrdinal;
use std::collections::{HashMap, HashSet};

/// New sockets of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    pub sockets: u64,
    /// Those that wait for a request.
    pub idle: u64,
    /// These, and all others without a message: a client keeps its end for its next request, too.
    pub free: u64,
}

impl Waiting {
    /// The sum of some groups.
    pub fn of(groups: &HashMap<GroupKey, Self>, keys: impl Iterator<Item = GroupKey>) -> Self {
        let keys: HashSet<GroupKey> = keys.collect();
        keys.iter().filter_map(|key| groups.get(key)).fold(Self::default(), |sum, group| Self {
            sockets: sum.sockets + group.sockets,
            idle: sum.idle + group.idle,
            free: sum.free + group.free,
        })
    }
}

/// All new sockets of the groups that grow.
///
/// # Cost
/// A pass over the nodes, where a group of sockets and one of timers grow.
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub fn waiting_sockets(
    newest: &Newest<'_>,
    growing: &Growing,
    control: &Control,
) -> Result<HashMap<GroupKey, Waiting>> {
    let groups = &newest.census.groups;
    let of_class = |classes: &'static [&str]| {
        growing.groups.keys().filter(move |key| is_one_of(newest, groups[*key].first, classes)).copied()
    };
    let sockets: HashSet<GroupKey> = of_class(&SOCKETS).collect();
    let mut waiting: HashMap<GroupKey, Waiting> = HashMap::new();
    if sockets.is_empty() || of_class(&TIMERS).next().is_none() {
        return Ok(waiting);
    }
    for (turn, node) in newest.tree.forest.order().enumerate() {
        control.check_at(turn)?;
        if newest.grouping.is_persistent(node) || newest.snapshot().kind(node) != NodeKind::OBJECT {
            continue;
        }
        let key = newest.key(node);
        if sockets.contains(&key) {
            let group = waiting.entry(key).or_default();
            group.sockets += 1;
            let is_free = is_free(newest, node);
            group.free += u64::from(is_free);
            group.idle += u64::from(is_free && has_timer(newest, node));
        }
    }
    Ok(waiting)
}

/// Whether the sockets wait for a request, but for one or two or a tenth of them, as many timers as sockets came,
/// and no message came with them.
///
/// Example: ninety clients keep their connection for five seconds (`server.keepAliveTimeout`). A socket whose request
/// has no answer has a message, and one without such a timer stays for ever: neither counts. A client of this process
/// may have the other end of each, without a timer: `with_other_ends` takes those too, and nobody can tell them from
/// sockets that an agent left behind.
pub fn wait_for_requests(
    newest: &Newest<'_>,
    item: NodeOrdinal,
    growth: &Growth,
    parts: &[Grown],
    waiting: Waiting,
    with_other_ends: bool,
) -> bool {
    // One socket may just be between two timers.
    let spare = newest.limits.uneven_difference;
    let is_as_many =
        |part: &Grown| part.growth.counts.iter().zip(&growth.counts).all(|(part, all)| part + spare >= *all);
    let has_timers = parts.iter().any(|part| is_one_of(newest, part.node, &TIMERS) && is_as_many(part));
    let has_messages = parts.iter().map(|part| part.node).chain([item]).any(|node| is_one_of(newest, node, &MESSAGES));
    let Waiting { sockets, idle, free } = waiting;
    let grown = growth.counts.iter().sum::<i64>();
    let are_idle = idle > 0 && i64::try_from(idle).is_ok_and(|idle| idle + spare >= grown);
    let few = spare.unsigned_abs();
    let others = if with_other_ends && free - idle <= idle + few { sockets - free } else { sockets - idle };
    // By structure the old ones are among them, with those of the program's own requests.
    let are_all = newest.grouping.is_by_signature() || others <= few.max(sockets / newest.limits.passing);
    has_timers && !has_messages && are_idle && are_all
}

fn is_one_of(newest: &Newest<'_>, node: NodeOrdinal, classes: &[&str]) -> bool {
    let name = newest.snapshot().name_text(node);
    classes.iter().any(|class| name.is(class))
}

fn is_free(newest: &Newest<'_>, socket: NodeOrdinal) -> bool {
    let snapshot = newest.snapshot();
    let message = snapshot.named_edge(socket, EdgeKind::Property, MESSAGE_OF_SOCKET);
    message.is_none_or(|(_, message)| snapshot.kind(message) == NodeKind::HIDDEN)
}

/// Whether a server reads from the socket, and a timer closes it.
fn has_timer(newest: &Newest<'_>, socket: NodeOrdinal) -> bool {
    let has = |property: &str, classes: &[&str]| {
        let value = newest.snapshot().named_edge(socket, EdgeKind::Property, property);
        value.is_some_and(|(_, value)| is_one_of(newest, value, classes))
    };
    has(TIMER_OF_SOCKET, &TIMERS) && has(PARSER_OF_SOCKET, &PARSERS)
}
