//! The versioned report document: the only serialised shape.
