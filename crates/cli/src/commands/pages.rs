//! Pages made from definitions: the system call table, completions, the man page.

use std::io::Write;

use clap::CommandFactory;
use clap_mangen::Man;
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
        let line = format!("{:<17} {:<8} {support:<8} {}", call.name, call.family.name(), call.note);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(0)
}

/// `gopherix completions`.
pub(crate) fn completions(shell: clap_complete::Shell) -> anyhow::Result<u8> {
    // By way of memory, for the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "gopherix", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(0)
}

/// `gopherix man`: one page with all subcommands, which the generator would spread over as many pages.
pub(crate) fn man() -> anyhow::Result<u8> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let whole = Man::new(command.clone());
    let mut page = Vec::new();
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for subcommand in command.get_subcommands() {
        man_of(subcommand, &mut page)?;
    }
    let mut codes = Vec::new();
    whole.render_extra_section(&mut codes)?;
    let codes = String::from_utf8(codes)?.replace(".SH EXTRA", ".SH EXIT STATUS\n.nf");
    page.extend_from_slice(codes.as_bytes());
    page.extend_from_slice(b".fi\n");
    std::io::stdout().write_all(&page)?;
    Ok(0)
}

/// A section for a subcommand, or one for each of its own.
fn man_of(command: &clap::Command, page: &mut Vec<u8>) -> anyhow::Result<()> {
    if command.has_subcommands() {
        return command.get_subcommands().try_for_each(|subcommand| man_of(subcommand, page));
    }
    let name = command.get_bin_name().unwrap_or(command.get_name()).to_uppercase();
    let man = Man::new(command.clone());
    let mut parts = Vec::new();
    man.render_description_section(&mut parts)?;
    man.render_synopsis_section(&mut parts)?;
    man.render_options_section(&mut parts)?;
    // The generator's sections are the page's subsections here; the description needs no heading of its own.
    let parts = String::from_utf8(parts)?.replacen(".SH DESCRIPTION\n", "", 1).replace(".SH ", ".SS ");
    page.extend_from_slice(format!(".SH {name}\n{parts}").as_bytes());
    Ok(())
}
