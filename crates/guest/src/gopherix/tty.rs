//! Terminals: settings, window sizes, foreground groups.

#[cfg(test)]
mod tests;

use gopherix_abi::gopherix::tty;
use gopherix_abi::{Errno, Fd, InputModes, LocalModes, OutputModes, Pid, SetWhen, Termios, Winsize};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{EFAULT, GuestMemory};
use gopherix_kernel::task::Cx;

use crate::wire::{check_out, put_u32, slice};

const WINSIZE_SIZE: u32 = 8;

/// Tells what is asked of a terminal. EINVAL if that cannot be told, or does not fit.
pub fn tty_get(cx: &mut Cx, mem: &mut dyn GuestMemory, fd: u32, what: u32, buf: u32, buf_len: u32) -> SysResult<()> {
    let fd = Fd(fd);
    check_len(buf_len, size(what)?)?;
    check_out(mem, buf, size(what)?)?;
    match what {
        tty::TERMIOS => mem.write(u64::from(buf), &raw_termios(&cx.sys_tcgetattr(fd)?)?),
        tty::WINSIZE => {
            let Winsize { rows, columns, x_pixels, y_pixels } = cx.sys_tcgetwinsize(fd)?;
            let words = [rows, columns, x_pixels, y_pixels].map(u16::to_le_bytes);
            mem.write(u64::from(buf), words.as_flattened())
        }
        tty::FOREGROUND => put_u32(mem, buf, cx.sys_tcgetpgrp(fd)?.0),
        tty::SESSION => put_u32(mem, buf, cx.sys_tcgetsid(fd)?.0),
        tty::PTY_NUMBER => put_u32(mem, buf, cx.sys_ptsname(fd)?),
        _ => fail(Errno::EINVAL, "this is only set"),
    }
}

/// Sets what is named of a terminal. EINVAL if that cannot be set, or is shorter than it must be.
pub async fn tty_set(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    fd: u32,
    what: u32,
    buf: u32,
    buf_len: u32,
) -> SysResult<()> {
    let fd = Fd(fd);
    check_len(buf_len, size(what)?)?;
    match what {
        tty::TERMIOS => cx.sys_tcsetattr(fd, SetWhen::Now, termios(mem, buf)?).await,
        tty::TERMIOS_DRAIN => cx.sys_tcsetattr(fd, SetWhen::Drain, termios(mem, buf)?).await,
        tty::TERMIOS_FLUSH => cx.sys_tcsetattr(fd, SetWhen::Flush, termios(mem, buf)?).await,
        tty::WINSIZE => {
            let [rows, columns, x_pixels, y_pixels] = winsize(mem, buf)?;
            cx.sys_tcsetwinsize(fd, Winsize { rows, columns, x_pixels, y_pixels })
        }
        tty::FOREGROUND => cx.sys_tcsetpgrp(fd, Pid(word(mem, buf)?)).await,
        tty::CONTROLLING => cx.sys_tiocsctty(fd),
        _ => fail(Errno::EINVAL, "this is only told"),
    }
}

/// How many bytes a thing has. EINVAL if there is no such thing.
fn size(what: u32) -> SysResult<u32> {
    Ok(match what {
        tty::TERMIOS | tty::TERMIOS_DRAIN | tty::TERMIOS_FLUSH => u32::try_from(tty::TERMIOS_SIZE).unwrap_or(u32::MAX),
        tty::WINSIZE => WINSIZE_SIZE,
        tty::FOREGROUND | tty::SESSION | tty::PTY_NUMBER => 4,
        tty::CONTROLLING => 0,
        _ => return fail(Errno::EINVAL, "no such thing of a terminal"),
    })
}

fn check_len(len: u32, needed: u32) -> SysResult<()> {
    if len >= needed { Ok(()) } else { fail(Errno::EINVAL, "buffer shorter than what it is for") }
}

fn word(mem: &dyn GuestMemory, buf: u32) -> SysResult<u32> {
    let mut raw = [0; 4];
    mem.read(slice(buf, 4).ptr, &mut raw)?;
    Ok(u32::from_le_bytes(raw))
}

fn winsize(mem: &dyn GuestMemory, buf: u32) -> SysResult<[u16; 4]> {
    let mut raw = [[0; 2]; 4];
    mem.read(slice(buf, WINSIZE_SIZE).ptr, raw.as_flattened_mut())?;
    Ok(raw.map(u16::from_le_bytes))
}

fn raw_termios(termios: &Termios) -> SysResult<[u8; tty::TERMIOS_SIZE]> {
    let mut raw = [0; tty::TERMIOS_SIZE];
    let words = [termios.input.bits(), termios.output.bits(), termios.control, termios.local.bits()];
    let (head, tail) = raw.split_first_chunk_mut::<16>().ok_or(EFAULT)?;
    for (to, from) in head.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&from.to_le_bytes());
    }
    for (to, from) in tail.iter_mut().zip(std::iter::once(&termios.line).chain(&termios.cc)) {
        *to = *from;
    }
    Ok(raw)
}

fn termios(mem: &dyn GuestMemory, buf: u32) -> SysResult<Termios> {
    let mut raw = [0; tty::TERMIOS_SIZE];
    mem.read(u64::from(buf), &mut raw)?;
    let (words, rest) = raw.as_chunks::<4>();
    let _ = rest;
    let mut words = words.iter().map(|word| u32::from_le_bytes(*word));
    let mut next = || words.next().unwrap_or_default();
    let (input, output, control, local) = (next(), next(), next(), next());
    let (line, cc) = raw.get(16..).and_then(<[u8]>::split_first).ok_or(EFAULT)?;
    Ok(Termios {
        input: InputModes::from_bits_retain(input),
        output: OutputModes::from_bits_retain(output),
        control,
        local: LocalModes::from_bits_retain(local),
        line: *line,
        cc: *cc.first_chunk().ok_or(EFAULT)?,
    })
}
