//! The parts of the heap's size, in a handful of numbers.

use super::heap::Heap;
use crate::control::Control;
use crate::error::Result;
use crate::kind::{EdgeKind, NodeKind};
use crate::known::KnownText;
use crate::known::engine::ARRAY_BUFFER_DATA;
use crate::ordinal::StringOrdinal;

/// Bytes by what V8 uses them for. The parts of [`V8Heap`] need not add up to its total: the rest is other JavaScript
/// objects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    pub total: u64,
    pub native: Native,
    pub v8_heap: V8Heap,
}

/// Bytes outside V8's heap that its objects hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Native {
    pub total: u64,
    /// Contents of array buffers.
    pub typed_arrays: u64,
}

/// Bytes in V8's heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct V8Heap {
    pub total: u64,
    pub code: u64,
    /// Arrays and the elements that only they hold.
    pub js_arrays: u64,
    pub strings: u64,
    /// V8's own objects.
    pub system: u64,
}

/// # Cost
/// O(nodes), and the edges of arrays.
/// # Errors
/// [`crate::error::Error::Cancelled`].
/// # Source
/// DevTools' Statistics.
pub fn statistics(heap: &Heap, control: &Control) -> Result<Statistics> {
    let snapshot = &heap.snapshot;
    let array = KnownText::of(snapshot, "Array");
    let elements = KnownText::of(snapshot, "elements");
    let array_buffer_data = KnownText::of(snapshot, ARRAY_BUFFER_DATA);
    let extra = snapshot.tables().extra_native_bytes;
    let total = heap.graph.retained_size(snapshot.root()).saturating_add(extra);
    let mut native = Native { total: extra, typed_arrays: 0 };
    let mut v8_heap = V8Heap::default();
    for node in snapshot.nodes() {
        control.check_at(node.index())?;
        let size = snapshot.shallow_size(node);
        match snapshot.kind(node) {
            NodeKind::HIDDEN => v8_heap.system = v8_heap.system.saturating_add(size),
            NodeKind::NATIVE => {
                native.total = native.total.saturating_add(size);
                if array_buffer_data.is(snapshot.name(node)) {
                    native.typed_arrays = native.typed_arrays.saturating_add(size);
                }
            }
            NodeKind::CODE => v8_heap.code = v8_heap.code.saturating_add(size),
            kind if kind.is_string() => v8_heap.strings = v8_heap.strings.saturating_add(size),
            _ if array.is(snapshot.name(node)) => {
                v8_heap.js_arrays = v8_heap.js_arrays.saturating_add(size);
                let store = snapshot
                    .edges(node)
                    .find(|edge| {
                        snapshot.edge_kind(*edge) == EdgeKind::Internal
                            && elements.is(StringOrdinal(snapshot.name_or_index(*edge)))
                    })
                    .map(|edge| snapshot.target(edge));
                if let Some(store) = store.filter(|store| heap.graph.retainers.count(*store) == 1) {
                    v8_heap.js_arrays = v8_heap.js_arrays.saturating_add(snapshot.shallow_size(store));
                }
            }
            _ => {}
        }
    }
    v8_heap.total = total.saturating_sub(native.total);
    Ok(Statistics { total, native, v8_heap })
}
