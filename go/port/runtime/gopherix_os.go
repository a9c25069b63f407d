//go:build wasip1

package runtime

// The kernel's calls that the runtime itself makes, but for signals and profiles. All answer a WASI errno; results go through
// pointers.

//go:wasmimport gopherix abi_v1
func gopherix_abi_v1() errno

//go:wasmimport gopherix osinit
//go:noescape
func gopherix_osinit(info *[3]uint64) errno

//go:wasmimport gopherix osyield
func gopherix_osyield() errno

//go:wasmimport gopherix usleep
func gopherix_usleep(us uint64) errno

// gopherixInit begins a process. The import of abi_v1 tells everybody what this program was built for; its answer, that the
// kernel speaks that version.
func gopherixInit() {
	if gopherix_abi_v1() != 0 {
		throw("gopherix: this kernel does not know version 1 of its interface")
	}
	// What it tells (page size, processors, most memory) is fixed for wasm or, so far, not of use to the runtime.
	var info [3]uint64
	gopherix_osinit(&info)
}

// usleep sleeps for usec microseconds, or until a signal comes.
func usleep(usec uint32) {
	gopherix_usleep(uint64(usec))
}

// osyield gives the processor to other processes.
func osyield() {
	gopherix_osyield()
}
