//go:build wasip1

package runtime

import "unsafe"

// The kernel samples the program by itself, in the middle of its code, and gives the samples out when asked. The runtime puts them
// where its own signal handler does on other systems.

//go:wasmimport gopherix set_process_cpu_profiler
func gopherix_set_process_cpu_profiler(hz uint32) errno

//go:wasmimport gopherix set_thread_cpu_profiler
func gopherix_set_thread_cpu_profiler(hz uint32) errno

// profile_next fills buf with whole records: the number of program counters and how often this was seen (u32 each), the address of
// the g or 0, the program counters, the leaf's first.
//
//go:wasmimport gopherix profile_next
//go:noescape
func gopherix_profile_next(buf *uint64, bufLen uint32, used *uint32) errno

var gopherixRecords [1024]uint64

func setProcessCPUProfiler(hz int32) {
	gopherix_set_process_cpu_profiler(uint32(hz))
}

func setThreadCPUProfiler(hz int32) {
	gopherix_set_thread_cpu_profiler(uint32(hz))
	if hz == 0 {
		// The profile is about to end: what is still on its way belongs to it.
		gopherixSamples()
	}
	getg().m.profilehz = hz
}

// gopherixSamples takes what samples there are.
//
//go:yeswritebarrierrec
func gopherixSamples() {
	if prof.hz.Load() == 0 {
		return
	}
	buf := gopherixRecords[:]
	for {
		var used uint32
		if gopherix_profile_next(&buf[0], uint32(len(buf)*8), &used) != 0 || used == 0 {
			return
		}
		if !prof.signalLock.CompareAndSwap(0, 1) {
			return
		}
		for rest := buf[:used/8]; len(rest) > 2; {
			head, count := rest[0], rest[0]>>32
			gp := (*g)(unsafe.Pointer(uintptr(rest[1])))
			rest = rest[2:]
			n := min(int(uint32(head)), len(rest))
			gopherixSample(gp, count, unsafe.Slice((*uintptr)(unsafe.Pointer(unsafe.SliceData(rest))), n))
			rest = rest[n:]
		}
		prof.signalLock.Store(0)
	}
}

func gopherixSample(gp *g, count uint64, stack []uintptr) {
	if len(stack) == 0 {
		return
	}
	// Profiles hold return addresses, also for the leaf.
	stack[0]++
	var labels *unsafe.Pointer
	if gp != nil {
		labels = &gp.labels
	}
	hdr := [1]uint64{count}
	cpuprof.log.write(labels, nanotime(), hdr[:], stack)
}
