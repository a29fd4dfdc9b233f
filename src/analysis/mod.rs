//! One question for each file. Functions take a [`Heap`] and return plain data with ordinals; `report` turns it into
//! documents.

mod aggregates;
mod allocations;
mod class;
mod class_builder;
mod classes;
mod code_range;
mod comparison;
mod context_summary;
mod dominator_boxes;
mod dominators;
mod duplicate_strings;
mod edge_name;
mod edge_rows;
mod heap;
mod id_sample;
mod ignored_retainers;
mod interface_match;
mod interfaces;
mod named_filters;
mod names;
mod node_filter;
mod node_version;
mod original_names;
mod property_text;
mod query;
mod quick_hash;
mod retainer_rows;
mod ropes;
mod samples;
mod scope_name;
mod scripts;
mod shapes;
mod source_map;
mod statistics;
mod sum;
#[cfg(test)]
mod test_heap;
mod text_matcher;
mod text_table;

pub use aggregates::{Aggregate, aggregate_members, aggregates};
pub use allocations::{
    AllocationRow, AllocationTotals, Allocations, Caller, StackFrame, allocation_frames, allocation_stack,
};
pub use class::{Class, ClassOrdinal};
pub use classes::Classes;
pub use comparison::{Comparison, Matching};
pub use context_summary::{ContextSummary, RealmSizes, context_summary, realm_sizes};
pub use dominator_boxes::{BoxOf, BoxOptions, DominatorBox, dominator_boxes};
pub use dominators::{biggest_dominators, dominator_chain, dominator_child_count, dominator_children};
pub use duplicate_strings::{DuplicateString, duplicate_strings};
pub use edge_name::{EdgeName, edge_name};
pub use edge_rows::{EdgeOptions, EdgeSort, edge_rows};
pub use heap::{Heap, Parity, sized};
pub use id_sample::{IdMatch, IdSample};
pub use ignored_retainers::{IGNORED_DISTANCE, IgnoredRetainers};
pub use interfaces::{Interface, Interfaces};

pub use named_filters::{NamedFilter, filter_members};
pub use names::{ROPE_UNITS, display_name};
pub use node_filter::{NodeFilter, last_object_id};
pub use node_version::node_version;
pub use property_text::property_text;
pub use query::{Query, QueryResult, QuerySort, query};
pub use quick_hash::QuickHash;
pub use retainer_rows::{RetainerRow, retainer_rows, ui_retaining_path};
pub use samples::{SampleRow, samples};
pub use scope_name::{functions_of, is_context, is_module_scope, scope_function};
pub use scripts::{
    Scripts, SourceLocation, constructor_of_map, file_of_script, has_own_place, map_of, scope_file, script_of_record,
};
pub use source_map::{MAX_SOURCE_BYTES, OriginalLocation, ReadFile, SourceMaps, VariableOf};
pub use statistics::{Native, Statistics, V8Heap, statistics};
pub use sum::Sum;
pub use text_matcher::{Pattern, TextMatcher};
