//! Processes: spawn, wait, ids, groups, sessions.

use gopherix_abi::gopherix::{CREDENTIALS_SIZE, RUSAGE_SIZE, rusage, spawn as wire, wait::Options};
use gopherix_abi::{Errno, Fd, Pid};
use gopherix_kernel::SysResult;
use gopherix_kernel::error::fail;
use gopherix_kernel::memory::{EFAULT, GuestMemory};
use gopherix_kernel::syscall::{SpawnRequest, WaitFor, Who};
use gopherix_kernel::task::{Cx, Rusage};

use crate::wire::{check_out, put_len, put_u32, slice};

/// Starts a program, and tells the child's id.
pub async fn spawn(cx: &mut Cx, mem: &mut dyn GuestMemory, request: u32, request_len: u32, pid: u32) -> SysResult<()> {
    check_out(mem, pid, 4)?;
    let request = decode(mem, request, request_len)?;
    let child = cx.sys_spawn(&request).await?;
    put_u32(mem, pid, child.0)
}

/// Waits for children. What is not wanted has the pointer 0.
pub async fn wait4(
    cx: &mut Cx,
    mem: &mut dyn GuestMemory,
    pid: u32,
    options: u32,
    status: u32,
    rusage: u32,
    waited: u32,
) -> SysResult<()> {
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    for (out, len) in [(status, 4), (rusage, size(RUSAGE_SIZE))] {
        if out != 0 {
            check_out(mem, out, len)?;
        }
    }
    check_out(mem, waited, 4)?;
    let Some(options) = Options::from_bits(options) else { return fail(Errno::EINVAL, "unknown options") };
    let Some(told) = cx.sys_wait4(WaitFor::from(pid.cast_signed()), options).await? else {
        return put_u32(mem, waited, 0);
    };
    if status != 0 {
        put_u32(mem, status, told.state.word())?;
    }
    if rusage != 0 {
        put_rusage(mem, rusage, &told.rusage)?;
    }
    put_u32(mem, waited, told.pid.0)
}

/// A descriptor of a process.
pub fn pidfd(cx: &mut Cx, mem: &mut dyn GuestMemory, pid: u32, fd: u32) -> SysResult<()> {
    check_out(mem, fd, 4)?;
    let Some(pid) = positive(pid) else { return fail(Errno::EINVAL, "no process id") };
    put_u32(mem, fd, cx.sys_pidfd_open(pid)?.0)
}

/// The process' id.
pub fn getpid(cx: &mut Cx, mem: &mut dyn GuestMemory, pid: u32) -> SysResult<()> {
    cx.sys_getpid().and_then(|own| put_u32(mem, pid, own.0))
}

/// The parent's id.
pub fn getppid(cx: &mut Cx, mem: &mut dyn GuestMemory, pid: u32) -> SysResult<()> {
    cx.sys_getppid().and_then(|parent| put_u32(mem, pid, parent.0))
}

/// A process' group; the caller's for 0.
pub fn getpgid(cx: &mut Cx, mem: &mut dyn GuestMemory, pid: u32, pgid: u32) -> SysResult<()> {
    check_out(mem, pgid, 4)?;
    put_u32(mem, pgid, cx.sys_getpgid(existing(pid)?)?.0)
}

/// Sets a process' group; 0 is the caller, and a group of the process' own id.
pub fn setpgid(cx: &mut Cx, _mem: &mut dyn GuestMemory, pid: u32, pgid: u32) -> SysResult<()> {
    if pgid.cast_signed() < 0 {
        return fail(Errno::EINVAL, "a negative group");
    }
    cx.sys_setpgid(existing(pid)?, Pid(pgid))
}

/// A process' session; the caller's for 0.
pub fn getsid(cx: &mut Cx, mem: &mut dyn GuestMemory, pid: u32, sid: u32) -> SysResult<()> {
    check_out(mem, sid, 4)?;
    put_u32(mem, sid, cx.sys_getsid(existing(pid)?)?.0)
}

/// Leads a new session.
pub fn setsid(cx: &mut Cx, mem: &mut dyn GuestMemory, sid: u32) -> SysResult<()> {
    check_out(mem, sid, 4)?;
    put_u32(mem, sid, cx.sys_setsid()?.0)
}

/// What was used.
pub fn getrusage(cx: &mut Cx, mem: &mut dyn GuestMemory, who: u32, rusage: u32) -> SysResult<()> {
    check_out(mem, rusage, u32::try_from(RUSAGE_SIZE).unwrap_or(u32::MAX))?;
    let who = match who {
        rusage::SELF => Who::Own,
        rusage::CHILDREN => Who::Children,
        rusage::THREAD => Who::Thread,
        _ => return fail(Errno::EINVAL, "unknown whose"),
    };
    put_rusage(mem, rusage, &cx.sys_getrusage(who)?)
}

/// Users and groups.
pub fn credentials(cx: &mut Cx, mem: &mut dyn GuestMemory, ids: u32) -> SysResult<()> {
    let words = [cx.sys_getuid()?, cx.sys_geteuid()?, cx.sys_getgid()?, cx.sys_getegid()?];
    let mut raw = [0; CREDENTIALS_SIZE];
    for (to, word) in raw.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    mem.write(u64::from(ids), &raw)
}

/// The program's path. EOVERFLOW if the buffer is too short; `used` says then what is needed.
pub fn exe_path(cx: &mut Cx, mem: &mut dyn GuestMemory, buf: u32, buf_len: u32, used: u32) -> SysResult<()> {
    check_out(mem, used, 4)?;
    check_out(mem, buf, buf_len)?;
    let path = cx.sys_exe_path()?;
    put_len(mem, used, path.len())?;
    if u64::try_from(path.len()).is_ok_and(|len| len <= u64::from(buf_len)) {
        mem.write(u64::from(buf), &path)
    } else {
        fail(Errno::EOVERFLOW, "the buffer is too short for the path")
    }
}

/// A process id that may be 0. No process has a negative one.
fn existing(pid: u32) -> SysResult<Pid> {
    if pid.cast_signed() < 0 { fail(Errno::ESRCH, "a negative process id") } else { Ok(Pid(pid)) }
}

fn positive(pid: u32) -> Option<Pid> {
    (pid.cast_signed() > 0).then_some(Pid(pid))
}

fn put_rusage(mem: &mut dyn GuestMemory, ptr: u32, used: &Rusage) -> SysResult<()> {
    let words = [used.user_ns, 0, used.memory_peak, used.voluntary, used.involuntary];
    let mut raw = [0; RUSAGE_SIZE];
    for (to, word) in raw.chunks_exact_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    mem.write(u64::from(ptr), &raw)
}

/// A request as it came, from its front to its end.
struct Reader<'a>(&'a [u8]);

const CUT: gopherix_kernel::SysError = gopherix_kernel::SysError::new(Errno::EINVAL, "the request is cut short");

impl Reader<'_> {
    fn word(&mut self) -> SysResult<u32> {
        let (word, rest) = self.0.split_first_chunk::<4>().ok_or(CUT)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*word))
    }

    fn string(&mut self) -> SysResult<Vec<u8>> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(CUT)?;
        let (string, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        Ok(string.to_vec())
    }

    /// So many strings. Each takes a byte at least, so a number that lies costs nothing.
    fn strings(&mut self, count: u32) -> SysResult<Vec<Vec<u8>>> {
        if u64::from(count) > u64::try_from(self.0.len()).unwrap_or(0) {
            return Err(CUT);
        }
        (0..count).map(|_| self.string()).collect()
    }
}

/// Copies a request in. E2BIG for one that is too large, EINVAL for one that is no request, EILSEQ for paths that are not UTF-8.
fn decode(mem: &dyn GuestMemory, ptr: u32, len: u32) -> SysResult<SpawnRequest> {
    mem.check(slice(ptr, len))?;
    if len > wire::MAX_SIZE {
        return fail(Errno::E2BIG, "the request is too large");
    }
    let mut raw = vec![0; usize::try_from(len).map_err(|_| EFAULT)?];
    mem.read(u64::from(ptr), &mut raw)?;
    let mut raw = Reader(&raw);
    if raw.word()? != wire::VERSION {
        return fail(Errno::EINVAL, "a version of the request that is not known");
    }
    let Some(flags) = wire::Flags::from_bits(raw.word()?) else { return fail(Errno::EINVAL, "unknown flags") };
    let (pgid, ctty) = (raw.word()?, raw.word()?);
    let (argc, envc, nfds) = (raw.word()?, raw.word()?, raw.word()?);
    if u64::from(nfds).saturating_mul(4) > u64::try_from(raw.0.len()).unwrap_or(0) {
        return Err(CUT);
    }
    let fd = |word| if word == wire::NO_FD { None } else { Some(Fd(word)) };
    let fds = (0..nfds).map(|_| raw.word().map(fd)).collect::<SysResult<_>>()?;
    let (path, cwd) = (raw.string()?, raw.string()?);
    let (args, env) = (raw.strings(argc)?, raw.strings(envc)?);
    if !raw.0.is_empty() {
        return fail(Errno::EINVAL, "something follows the request");
    }
    if std::str::from_utf8(&path).and(std::str::from_utf8(&cwd)).is_err() {
        return fail(Errno::EILSEQ, "path is not UTF-8");
    }
    if flags.contains(wire::Flags::SETPGID) && pgid.cast_signed() < 0 {
        return fail(Errno::EINVAL, "a negative group");
    }
    Ok(SpawnRequest {
        path,
        cwd: (!cwd.is_empty()).then_some(cwd),
        args,
        env,
        fds,
        group: flags.contains(wire::Flags::SETPGID).then_some(Pid(pgid)),
        session: flags.contains(wire::Flags::SETSID),
        controlling: flags.contains(wire::Flags::SETCTTY).then_some(Fd(ctty)),
        foreground: flags.contains(wire::Flags::FOREGROUND).then_some(Fd(ctty)),
    })
}
