//! From semidominators to dominators: a search for the nearest ancestor in the tree built so far.

use crate::control::Control;
use crate::error::Result;

/// Steps a node that plain climbing may take on average before shortcuts are built. Real heaps need about one.
const PATIENCE: usize = 16;

/// A node and its semidominator, by preorder number.
pub(super) type Semi = (u32, u32);

/// A node's dominator is its parent's nearest ancestor, in the dominator tree, that is not above its semidominator.
/// `parent` is replaced by the answer, front to back. `semi`: the semidominators that are not the parent, nodes
/// ascending. The dominator of any other node is its parent.
///
/// # Cost
/// O(nodes) on ordinary heaps, where climbing step by step is enough. A long list whose items are also held elsewhere
/// makes that quadratic: then each node gets a shortcut and a search takes O(log nodes).
/// # Source
/// Georgiadis, Tarjan, Werneck (2006), section 2.2; shortcuts: Myers, "An applicative random-access stack" (1983).
pub(super) fn immediate_dominators(parent: Vec<u32>, semi: &[Semi], control: &Control) -> Result<Vec<u32>> {
    with_patience(parent, semi, PATIENCE, control)
}

fn with_patience(parent: Vec<u32>, semi: &[Semi], patience: usize, control: &Control) -> Result<Vec<u32>> {
    let mut immediate = parent;
    let mut steps_left = immediate.len().saturating_mul(patience);
    for (at, (node, semi_dominator)) in semi.iter().enumerate() {
        control.check_at(at)?;
        let mut dominator = immediate[*node as usize];
        while dominator > *semi_dominator {
            if steps_left == 0 {
                return with_shortcuts(immediate, &semi[at..], control);
            }
            steps_left -= 1;
            dominator = immediate[dominator as usize];
        }
        immediate[*node as usize] = dominator;
    }
    Ok(immediate)
}

/// Goes on with the rest of the semidominators: the tree is done before the first of them.
fn with_shortcuts(mut immediate: Vec<u32>, semi: &[Semi], control: &Control) -> Result<Vec<u32>> {
    let mut depth = vec![0u32; immediate.len()];
    let mut shortcut = vec![0u32; immediate.len()];
    let mut rest = semi.iter().copied().peekable();
    for at in 1..immediate.len() {
        control.check_at(at)?;
        if let Some((_, semi)) = rest.next_if(|(node, _)| *node as usize == at) {
            let mut dominator = immediate[at];
            while dominator > semi {
                let far = shortcut[dominator as usize];
                dominator = if far > semi { far } else { immediate[dominator as usize] };
            }
            immediate[at] = dominator;
        }
        let above = immediate[at] as usize;
        let over = shortcut[above] as usize;
        depth[at] = depth[above] + 1;
        let equal_leaps = depth[above] - depth[over] == depth[over] - depth[shortcut[over] as usize];
        shortcut[at] = if equal_leaps { shortcut[over] } else { above as u32 };
    }
    Ok(immediate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_and_steps_agree() {
        let control = Control::new();
        // A list of items each of which has a child that the root holds too; and pseudo-random trees.
        let list =
            || (0..4000u32).map(|node| if node % 2 == 1 { node.saturating_sub(2) } else { node.saturating_sub(1) });
        let parents =
            [list().collect::<Vec<_>>(), (0..4000u32).map(|node| node.saturating_sub(1 + node * 7919 % 13)).collect()];
        for parent in parents {
            let semi: Vec<Semi> = (0..)
                .zip(&parent)
                .map(|(node, parent)| (node, node * 31 % 97, parent))
                .filter(|(_, semi, parent)| semi < *parent)
                .map(|(node, semi, _)| (node, semi))
                .collect();
            let plain = with_patience(parent.clone(), &semi, usize::MAX, &control).unwrap();
            for patience in [0, 1, 3] {
                assert_eq!(with_patience(parent.clone(), &semi, patience, &control).unwrap(), plain);
            }
        }
    }

    #[test]
    fn a_list_of_shared_items_is_not_quadratic() {
        // 400,000 items: 80 thousand million steps if it were.
        let count = 400_000u32;
        let parent: Vec<u32> = (0..2 * count)
            .map(|node| if node % 2 == 1 { node.saturating_sub(2) } else { node.saturating_sub(1) })
            .collect();
        let semi: Vec<Semi> = (1..count).map(|item| (2 * item, 0)).collect();
        let immediate = immediate_dominators(parent, &semi, &Control::new()).unwrap();
        assert!(immediate.iter().step_by(2).all(|dominator| *dominator == 0));
    }
}
