//! What comes out of Go's linker, looked at: a function that is declared in one package and linked to another's under a wrong
//! signature makes a module that is no module, and the linker says nothing.

use std::path::Path;

use gopherix_abi::gopherix::MODULE;
use wasmparser::{Parser, Payload, Validator};

use crate::error::Error;

/// The function whose import tells that a module was built for this kernel.
pub const MARK: &str = "abi_v1";

/// Checks a file that a build has written. What is no WebAssembly (an archive, the null device) is not its business.
///
/// # Errors
///
/// It cannot be read, or is no valid module, or was not built by the port.
pub fn check(path: &Path) -> Result<(), Error> {
    if !path.is_file() {
        return Ok(());
    }
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if !bytes.starts_with(b"\0asm") {
        return Ok(());
    }
    let invalid = |why: String| Error::Invalid { path: path.to_owned(), why };
    Validator::new().validate_all(&bytes).map_err(|error| invalid(error.to_string()))?;
    if is_ported(&bytes) { Ok(()) } else { Err(invalid(format!("it does not import {MODULE}.{MARK}"))) }
}

/// Whether a module was built by the port.
#[must_use]
pub fn is_ported(wasm: &[u8]) -> bool {
    Parser::new(0).parse_all(wasm).map_while(Result::ok).any(|payload| match payload {
        Payload::ImportSection(section) => {
            section.into_imports().map_while(Result::ok).any(|import| import.module == MODULE && import.name == MARK)
        }
        _ => false,
    })
}
