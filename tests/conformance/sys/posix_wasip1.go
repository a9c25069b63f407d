package sys

// What follows are calls that WASI preview 1 has no functions for: no modes, owners, ids and working directory.

func noWASI(call string) Absent {
	return Absent{call, "WASI preview 1 has no such function, so GOOS=wasip1 cannot make the call"}
}

// Fchmodat does not exist in WASI.
func Fchmodat(int, string, uint32) Errno { panic(noWASI("fchmodat")) }

// Fchmod does not exist in WASI.
func Fchmod(int, uint32) Errno { panic(noWASI("fchmod")) }

// Fchownat does not exist in WASI.
func Fchownat(int, string, int, int, bool) Errno { panic(noWASI("fchownat")) }

// Fchown does not exist in WASI.
func Fchown(int, int, int) Errno { panic(noWASI("fchown")) }

// Umask does not exist in WASI.
func Umask(int) int { panic(noWASI("umask")) }

// Chdir does not exist in WASI.
func Chdir(string) Errno { panic(noWASI("chdir")) }

// Fchdir does not exist in WASI.
func Fchdir(int) Errno { panic(noWASI("fchdir")) }

// Getcwd does not exist in WASI.
func Getcwd() (string, Errno) { panic(noWASI("getcwd")) }

// Truncate does not exist in WASI.
func Truncate(string, int64) Errno { panic(noWASI("truncate")) }

// Faccessat does not exist in WASI.
func Faccessat(int, string, int) Errno { panic(noWASI("faccessat")) }

// Preadv2 does not exist in WASI.
func Preadv2(int, []byte, int64) (int, Errno) { panic(noWASI("preadv2")) }

// Pwritev2 does not exist in WASI.
func Pwritev2(int, []byte, int64) (int, Errno) { panic(noWASI("pwritev2")) }

// Getpid does not exist in WASI.
func Getpid() int { panic(noWASI("getpid")) }

// Getppid does not exist in WASI.
func Getppid() int { panic(noWASI("getppid")) }

// Getuid does not exist in WASI.
func Getuid() int { panic(noWASI("getuid")) }

// Geteuid does not exist in WASI.
func Geteuid() int { panic(noWASI("geteuid")) }

// Getgid does not exist in WASI.
func Getgid() int { panic(noWASI("getgid")) }

// Getegid does not exist in WASI.
func Getegid() int { panic(noWASI("getegid")) }

// Getgroups does not exist in WASI.
func Getgroups() ([]int, Errno) { panic(noWASI("getgroups")) }
