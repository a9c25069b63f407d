//! The body of a response: its content codings undone, handed over in pieces.

use std::io;

use async_compression::tokio::bufread::{BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder};
use futures::TryStreamExt;
use futures::stream::unfold;
use gopherix_quickjs::Responder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio_util::io::StreamReader;

/// Most bytes of a piece.
const PIECE: usize = 64 << 10;
/// More codings one over the other are only meant to keep the client busy.
const MOST_CODINGS: usize = 5;

type Bytes = Box<dyn AsyncRead + Send + Unpin>;
type Coded = BufReader<Bytes>;

/// Hands the body over, as fast as the responder has room for it.
///
/// # Errors
/// If the connection breaks off, or what came is not coded as the headers say.
pub(super) async fn deliver(response: Response, responder: &Responder) -> io::Result<()> {
    let codings = codings(response.headers())?;
    let pieces = unfold(response, |mut response| async { Some((response.chunk().await.transpose()?, response)) });
    let mut bytes: Bytes = Box::new(StreamReader::new(Box::pin(pieces.map_err(io::Error::other))));
    for coding in codings {
        bytes = coding.undo(BufReader::new(bytes)).await?;
    }
    let mut piece = vec![0; PIECE];
    loop {
        responder.room().await;
        let len = bytes.read(&mut piece).await?;
        match piece.get(..len) {
            Some(read) if len > 0 => responder.chunk(read.to_vec()),
            _ => return Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
}

/// The codings, the one to undo first first; none if there is one among them that is not known.
fn codings(headers: &HeaderMap) -> io::Result<Vec<Coding>> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.to_str().unwrap_or_default().split(',') {
            match name.trim().to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "br" => codings.push(Coding::Brotli),
                "identity" | "" => {}
                _ => return Ok(Vec::new()),
            }
        }
    }
    if codings.len() > MOST_CODINGS {
        return Err(io::Error::other(format!("it has {} content codings", codings.len())));
    }
    codings.reverse();
    Ok(codings)
}

impl Coding {
    async fn undo(self, mut bytes: Coded) -> io::Result<Bytes> {
        // Nothing at all is no coded body, but servers send it.
        let Some(first) = bytes.fill_buf().await?.first().copied() else { return Ok(Box::new(bytes)) };
        Ok(match self {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(bytes);
                decoder.multiple_members(true);
                Box::new(decoder)
            }
            // Deflate within zlib, as specified (RFC 9110, 8.4.1.2), or, as widely understood, by itself.
            Coding::Deflate if first & 0x0f == 8 => Box::new(ZlibDecoder::new(bytes)),
            Coding::Deflate => Box::new(DeflateDecoder::new(bytes)),
            Coding::Brotli => Box::new(BrotliDecoder::new(bytes)),
        })
    }
}
