//! Do timers hold it, or the store of the request that started them?

use super::{Detail, Kind, Scene};
use crate::known::node::{ASYNC_HOOKS, CONTEXT_FRAME, STORES, TIMERS};
use crate::leaks::origin::Origin;

pub fn timers(scene: &Scene<'_, '_>) -> Option<(Kind, Detail)> {
    let in_store = (scene.cut..scene.nodes.len())
        .any(|at| STORES.contains(&scene.edge(at).as_str()) || scene.class(at) == CONTEXT_FRAME && at > scene.cut);
    let is_hook = scene.leaking().any(|at| ASYNC_HOOKS.contains(&scene.class(at).as_str()));
    if in_store || is_hook {
        return Some((Kind::AsyncContext, Detail::default()));
    }
    let is_timer = |at: usize| TIMERS.contains(&scene.class(at).as_str()) && scene.origin(at) <= Origin::Node;
    // One timer that was always there, and whose function collects something, is no pile of timers. A new timer above
    // the leaking objects is started again each time, and hands them on.
    let is_anew = |at: &usize| !scene.leaked.is_persistent(scene.nodes[*at]);
    if !scene.leaking().any(is_timer) && !scene.holders().filter(is_anew).any(is_timer) {
        return None;
    }
    Some((Kind::Timers, scene.function()))
}
