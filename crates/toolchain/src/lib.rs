//! `gopherix build`, `test`, `vet`: Go source, compiled by the user's own Go for this kernel.
//!
//! GOOS stays `wasip1`. What its standard library answers "not supported" to comes back by an *overlay* (the go command's
//! `-overlay`): files of the user's own GOROOT, some dropped, some whose build constraint is widened, some edited at places that
//! must be found, and a few files of our own. [`rules`] reads what is to be done (`go/port/rules`, each with its reason in
//! `go/port/PATCHES.md`), [`apply`] does it to a GOROOT or says which rule does not fit, [`overlay`] keeps the result in a folder of
//! the user's cache, [`go`] knows the go command and its settings, [`build`] starts it, [`check`] looks at what comes out.
//!
//! Nothing here knows the kernel but the name of its import module.

pub mod apply;
pub mod build;
pub mod check;
pub mod error;
pub mod flags;
pub mod go;
pub mod overlay;
pub mod port;
pub mod release;
pub mod rules;

pub use build::{Port, Request};
pub use error::Error;
pub use go::Go;
