//! A snapshot without the contents of its strings, from a file or a stream to a new file.

use crate::archive::{Codec, FileWriter, Source, Written, read};
use crate::control::Control;
use crate::error::{Error, Result};
use crate::format::{RedactionCounts, Redactor, Survey};
use std::path::Path;

/// A redacted file that was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redacted {
    pub file: Written,
    pub counts: RedactionCounts,
}

/// Writes `source` to the new file `target`, with a placeholder for each content.
///
/// # Cost
/// One pass; up to four over a file whose sections come in another order than V8's. Memory as [`Redactor`], and the
/// blocks of [`read`].
/// # Errors
/// [`Error::Order`] for a stream in such an order; those of [`read`], [`Redactor`] and [`FileWriter`]. No file is left
/// then.
pub fn redact(source: Source, target: &Path, codec: Codec, key: [u8; 32], control: &Control) -> Result<Redacted> {
    let again = source.again();
    match write(source, target, codec, Redactor::new(key), control) {
        Err(Error::Order { table, offset }) => {
            let again = again.ok_or(Error::Order { table, offset })?;
            let next = || again.again().ok_or(Error::Order { table, offset });
            let mut survey = Survey::default();
            loop {
                read(next()?, control, &mut |block| survey.feed(block))?;
                if survey.finish_look()? {
                    break;
                }
            }
            let redactor = Redactor::with_survey(key, survey);
            write(next()?, target, codec, redactor, control)
        }
        result => result,
    }
}

fn write(source: Source, target: &Path, codec: Codec, mut redactor: Redactor, control: &Control) -> Result<Redacted> {
    let mut writer = FileWriter::create(target, codec)?;
    let mut out = Vec::new();
    read(source, control, &mut |block| {
        out.clear();
        redactor.feed(block, &mut out)?;
        writer.write(&out)
    })?;
    let counts = redactor.finish()?;
    control.check()?;
    Ok(Redacted { file: writer.finish()?, counts })
}
