//! Pages made from definitions: the system call table, completions, the man page.

use std::io::Write;

use clap::CommandFactory;
use gopherix::table::{SYSCALLS, Support, markdown};

use crate::args::Args;

/// `gopherix syscalls`.
pub(crate) fn syscalls(as_markdown: bool) -> anyhow::Result<u8> {
    let mut out = std::io::stdout().lock();
    if as_markdown {
        out.write_all(markdown().as_bytes())?;
        return Ok(0);
    }
    for call in SYSCALLS {
        let support = match call.support {
            Support::Full => "full",
            Support::Partial => "partial",
        };
        writeln!(out, "{:<17} {:<8} {support:<8} {}", call.name, call.family.name(), call.note)?;
    }
    Ok(0)
}

/// `gopherix completions`.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<u8> {
    clap_complete::generate(shell, &mut Args::command(), "gopherix", &mut std::io::stdout());
    Ok(0)
}

/// `gopherix man`.
pub(crate) fn man() -> anyhow::Result<u8> {
    clap_mangen::Man::new(Args::command()).render(&mut std::io::stdout())?;
    Ok(0)
}
