//! Decodes stored bytes to raw bytes. The first bytes decide the codec.

use super::Codec;
use super::input::Input;
use crate::error::{Error, Result};
use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufReader, Chain, Cursor, Read};
use zstd::stream::raw::{DParameter, Decoder as ZstdStream};
use zstd::stream::zio;

/// This much of the input is looked at before a decoder is chosen. It is also what justifies the largest zstd window.
const HEAD: usize = 64 << 10;
const STORED_BUFFER: usize = 256 << 10;
/// Every zstd decoder accepts windows up to 2^27; `--long=31` is the largest there is.
const USUAL_WINDOW_LOG: u32 = 27;
const LARGEST_WINDOW_LOG: u32 = 31;

/// Decodes one whole input: every gzip member or zstd frame of it, to its last byte.
pub(super) struct Decoder<'a> {
    stream: Stream<'a>,
    head: u64,
}

impl<'a> Decoder<'a> {
    /// Reads the beginning of `input` and chooses.
    ///
    /// # Errors
    /// The errors of the input.
    pub fn new(mut input: Input<'a>) -> Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|error| fault(Codec::Plain, 0, error))?;
        let codec = Codec::of(&head);
        let head_size = head.len();
        let stored = BufReader::with_capacity(STORED_BUFFER, Cursor::new(head).chain(input));
        let stream = match codec {
            Codec::Plain => Stream::Plain(stored),
            Codec::Gzip => Stream::Gzip(Box::new(MultiGzDecoder::new(stored))),
            Codec::Zstd => {
                let limit = window_log_limit(head_size);
                let decoder = ZstdStream::new()
                    .and_then(|mut zstd| zstd.set_parameter(DParameter::WindowLogMax(limit)).map(|()| zstd))
                    .map_err(|error| fault(codec, 0, error))?;
                Stream::Zstd(Box::new(zio::Reader::new(stored, decoder)))
            }
        };
        Ok(Decoder { stream, head: head_size as u64 })
    }

    pub fn codec(&self) -> Codec {
        match self.stream {
            Stream::Plain(_) => Codec::Plain,
            Stream::Gzip(_) => Codec::Gzip,
            Stream::Zstd(_) => Codec::Zstd,
        }
    }

    /// Stored bytes used up so far.
    pub fn consumed(&self) -> u64 {
        let stored = match &self.stream {
            Stream::Plain(stored) => stored,
            Stream::Gzip(decoder) => decoder.get_ref(),
            Stream::Zstd(decoder) => decoder.reader(),
        };
        let (head, input) = stored.get_ref().get_ref();
        // `given` counts the head too: it was read from the input before it was put back in front.
        let taken = head.position() + (input.given - self.head);
        taken - stored.buffer().len() as u64
    }

    /// Fills `block` from its start; less than all of it only at the end.
    ///
    /// # Errors
    /// The errors of the input, and [`Error::Compression`] with the offset of the stored byte that could not be used.
    pub fn fill(&mut self, block: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while filled < block.len() {
            let room = &mut block[filled..];
            let result = match &mut self.stream {
                Stream::Plain(stored) => stored.read(room),
                Stream::Gzip(decoder) => decoder.read(room),
                Stream::Zstd(decoder) => decoder.read(room),
            };
            match result {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) => return Err(fault(self.codec(), self.consumed(), error)),
            }
        }
        Ok(filled)
    }
}

type Stored<'a> = BufReader<Chain<Cursor<Vec<u8>>, Input<'a>>>;

enum Stream<'a> {
    Plain(Stored<'a>),
    Gzip(Box<MultiGzDecoder<Stored<'a>>>),
    Zstd(Box<zio::Reader<Stored<'a>, ZstdStream<'static>>>),
}

/// The largest window that an input with so many bytes in its head can fill: zstd packs at most 128 KiB into 4 bytes.
///
/// A decoder asks for the memory of the whole window as soon as it has read a frame's header, so a few hostile bytes
/// could ask for 2 GiB.
fn window_log_limit(head_size: usize) -> u32 {
    if head_size >= HEAD {
        return LARGEST_WINDOW_LOG;
    }
    let most_raw = (head_size as u64) << 15;
    most_raw.next_power_of_two().ilog2().clamp(USUAL_WINDOW_LOG, LARGEST_WINDOW_LOG)
}

/// An error of ours comes from below the decoder; every other is the decoder's own.
fn fault(codec: Codec, offset: u64, error: io::Error) -> Error {
    if let Some(ours) = Error::within(&error) {
        return ours;
    }
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too early".into(),
        _ => error.to_string(),
    };
    Error::Compression { codec: codec.name(), offset, what }
}
