//go:build wasip1

package runtime

// The runtime's own calls of gopherix, the kernel this program runs on. All answer a WASI errno; results go through pointers.

//go:wasmimport gopherix abi_v1
func gopherix_abi_v1() errno

// gopherixInit begins a process. The import tells everybody what this program was built for, and its answer that the kernel
// speaks that version.
func gopherixInit() {
	if gopherix_abi_v1() != 0 {
		throw("gopherix: this kernel does not know ABI version 1")
	}
}
