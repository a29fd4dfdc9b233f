//! What an image says of its process, as JSON.

use crate::error::{Error, Result};
use crate::image::About;

pub(super) fn about_of(json: &str) -> Result<About> {
    serde_json::from_str(json).map_err(|error| Error::Option { name: "image", what: error.to_string() })
}

pub(super) fn about_json(about: &About) -> napi::Result<String> {
    serde_json::to_string(about).map_err(|error| napi::Error::from_reason(error.to_string()))
}
