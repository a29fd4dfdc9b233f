//! The pipeline from bytes to a `Heap`, step by step.
