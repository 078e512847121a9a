//! Zstandard: frames one behind the other, each with its checksum.

use std::io::{self, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Reader of what Zstandard packed.
pub(super) struct Decoder<R> {
    packed: R,
    frame: FrameDecoder,
    begun: bool,
}

impl<R: Read> Decoder<R> {
    pub(super) fn new(packed: R) -> Self {
        Self {
            packed,
            frame: FrameDecoder::new(),
            begun: false,
        }
    }

    /// Begins the next frame that holds data; `false` at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            let mut first = [0];
            if self.packed.read(&mut first)? == 0 {
                return Ok(false);
            }
            match self.frame.init(first.chain(&mut self.packed)) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    if io::copy(&mut (&mut self.packed).take(length), &mut io::sink())? < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.begun {
                while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                    self.frame
                        .decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1))
                        .map_err(io::Error::other)?;
                }
                let count = self.frame.read(to)?;
                if count > 0 || to.is_empty() {
                    return Ok(count);
                }
                let told = self.frame.get_checksum_from_data();
                if told.is_some() && told != self.frame.get_calculated_checksum() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a Zstandard frame differs from its checksum",
                    ));
                }
            }
            self.begun = self.next_frame()?;
            if !self.begun {
                return Ok(0);
            }
        }
    }
}
