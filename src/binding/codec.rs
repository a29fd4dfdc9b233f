//! The names of codecs in requests.

use crate::archive::Codec;
use crate::error::{Error, Result};

pub(super) fn codec_of(name: &str) -> Result<Codec> {
    Codec::named(name).ok_or_else(|| Error::Option { name: "compression", what: format!("{name} is no codec") })
}
