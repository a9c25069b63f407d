//! Arguments and environment, where Go's start-up code for js looks for them: from address 4096 to the first data.

use gopherix_kernel::memory::GuestMemory;

/// Where the strings begin; below lies the page that nil pointers lead to.
const START: u64 = 4096;
/// Bytes there are: the linker puts no data below 4096 + 8192 (`wasmMinDataAddr` of `cmd/link`).
const ROOM: u64 = 8192;

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// Bytes that were needed.
    pub need: u64,
}

impl std::fmt::Display for TooLong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "arguments and environment take {} bytes, and a Go program built with GOOS=js has room for {ROOM} \
             (golang.org/issue/49011); pass fewer, or build it with GOOS=wasip1",
            self.need
        )
    }
}

impl std::error::Error for TooLong {}

/// Writes both and tells what to call `run` with: the number of arguments, and the address of the pointers to them, which
/// a nil ends; those to the environment follow.
///
/// # Errors
/// [`TooLong`] if they do not fit, also into a memory smaller than Go's ever are.
pub fn put_args(mem: &mut dyn GuestMemory, args: &[Vec<u8>], env: &[Vec<u8>]) -> Result<(u32, u32), TooLong> {
    // Go refuses to run with more processors than one.
    let env = env.iter().filter(|entry| !entry.starts_with(b"GOMAXPROCS="));
    let (mut strings, mut pointers) = (Vec::new(), Vec::new());
    let mut put = |text: &[u8]| {
        let at = START.saturating_add(u64::try_from(strings.len()).unwrap_or(u64::MAX));
        pointers.push(at);
        strings.extend_from_slice(text);
        strings.push(0);
        strings.resize(strings.len().next_multiple_of(8), 0);
    };
    args.iter().for_each(|arg| put(arg));
    env.for_each(|entry| put(entry));
    pointers.insert(args.len(), 0);
    pointers.push(0);
    let argv = START.saturating_add(u64::try_from(strings.len()).unwrap_or(u64::MAX));
    pointers.iter().for_each(|at| strings.extend_from_slice(&at.to_le_bytes()));
    let need = u64::try_from(strings.len()).unwrap_or(u64::MAX);
    if need > ROOM || mem.write(START, &strings).is_err() {
        return Err(TooLong { need });
    }
    let count = u32::try_from(args.len()).map_err(|_| TooLong { need })?;
    Ok((count, u32::try_from(argv).map_err(|_| TooLong { need })?))
}

#[cfg(test)]
mod tests {
    use gopherix_kernel::memory::SliceMemory;

    use super::*;

    fn bytes(list: &[&str]) -> Vec<Vec<u8>> {
        list.iter().map(|s| s.as_bytes().to_vec()).collect()
    }

    #[test]
    fn pointers_lead_to_the_strings() {
        let mut memory = vec![0xff; 65536];
        let env = bytes(&["A=1", "GOMAXPROCS=4"]);
        let put = put_args(&mut SliceMemory(&mut memory), &bytes(&["prog", "an argument"]), &env);
        let (argc, argv) = put.unwrap();
        assert_eq!(argc, 2);
        let from = |at: u64| &memory[usize::try_from(at).unwrap()..];
        let words = from(argv.into())[..40].as_chunks::<8>().0;
        let words: Vec<u64> = words.iter().copied().map(u64::from_le_bytes).collect();
        assert_eq!((words[2], words[4]), (0, 0));
        let text = |at| from(at).split(|b| *b == 0).next().unwrap();
        assert_eq!([text(words[0]), text(words[1]), text(words[3])], [&b"prog"[..], b"an argument", b"A=1"]);
    }

    #[test]
    fn what_does_not_fit_says_so() {
        let mut memory = vec![0; 65536];
        let fits = |n: usize, memory: &mut [u8]| put_args(&mut SliceMemory(memory), &[vec![b'x'; n]], &[]).is_ok();
        // The string with its NUL, three pointers.
        assert!(fits(8192 - 24 - 1, &mut memory));
        assert!(memory[4096 + 8192..].iter().all(|b| *b == 0));
        assert!(!fits(8192 - 24, &mut memory));
        let error =
            put_args(&mut SliceMemory(&mut memory[..5000]), &bytes(&["prog"]), &[vec![b'x'; 2000]]).unwrap_err();
        assert!(error.to_string().contains("8192"), "{error}");
    }
}
