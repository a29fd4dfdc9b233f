//! The only folder that names napi.
