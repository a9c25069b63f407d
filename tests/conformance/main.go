// Conformance checks a Unix from inside: one program, one behaviour a case, the same cases on native Linux and on
// every port of Go to WebAssembly. README.md beside this file says how to run it and how to add a case.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	_ "gopherix/conformance/devfs"
	_ "gopherix/conformance/dir"
	_ "gopherix/conformance/file"
	_ "gopherix/conformance/limits"
	_ "gopherix/conformance/path"
	_ "gopherix/conformance/pipe"
	_ "gopherix/conformance/poll"
	_ "gopherix/conformance/process"
	_ "gopherix/conformance/procfs"
	_ "gopherix/conformance/random"
	_ "gopherix/conformance/runtime"
	_ "gopherix/conformance/signal"
	_ "gopherix/conformance/socket"
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
	_ "gopherix/conformance/time"
	_ "gopherix/conformance/tty"
)

const usage = `usage: conformance list             the names of all cases
       conformance syscalls         the system calls that have a case, with the number of cases
       conformance run NAME|all     run in the current directory
       conformance modes            the modes, one JSON object a line
       conformance mode NAME        be the process that a mode describes
       conformance peer ADDR        serve the socket cases (see README.md)
`

func main() {
	args := os.Args[1:]
	if len(args) == 0 {
		args = []string{""}
	}
	arg := ""
	if len(args) > 1 {
		arg = args[1]
	}
	switch args[0] {
	case "list":
		for _, e := range t.All() {
			fmt.Println(e.Name)
		}
	case "syscalls":
		syscalls()
	case "run":
		os.Exit(run(arg))
	case "modes":
		modes()
	case "mode":
		e := t.Find(arg)
		if e == nil || e.Mode == nil {
			fail("no mode named %q", arg)
		}
		e.Mode.Body()
	case "peer":
		if err := peer(arg); err != nil {
			fail("%v", err)
		}
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "conformance: "+format+"\n", args...)
	os.Exit(2)
}

func syscalls() {
	n := map[string]int{}
	for _, e := range t.All() {
		s, _ := t.Syscall(e.Name)
		n[s]++
	}
	for _, s := range t.Syscalls {
		fmt.Println(s, n[s])
	}
}

func modes() {
	for _, e := range t.All() {
		if e.Mode == nil || !onPort(e.Mode) {
			continue
		}
		line, err := json.Marshal(e.Mode)
		if err != nil {
			fail("%v", err)
		}
		fmt.Println(string(line))
	}
}

func onPort(m *t.Mode) bool {
	for _, p := range m.Ports {
		if p == sys.Port {
			return true
		}
	}
	return len(m.Ports) == 0
}

func run(name string) int {
	stopPeer := startPeer()
	defer stopPeer()
	if name != "all" {
		e := t.Find(name)
		if e == nil {
			fail("no case named %q; `conformance list` names them", name)
		}
		return report(e, outcome(e), map[string]int{})
	}
	top, err := os.Getwd()
	if err != nil {
		fail("%v", err)
	}
	counts := map[string]int{}
	code := 0
	for _, e := range t.All() {
		// The prefix keeps clear of Go's wasip1 port, which takes "/devfs" to be inside a preopened "/dev".
		dir := filepath.Join(top, "case."+strings.ReplaceAll(e.Name, "/", "."))
		if err := os.Mkdir(dir, 0o777); err != nil {
			fail("%v (is the current directory empty and writable?)", err)
		}
		if err := os.Chdir(dir); err != nil {
			fail("%v", err)
		}
		code |= report(e, outcome(e), counts)
	}
	fmt.Printf("%s: %d ok, %d failed, %d skipped\n", sys.Port, counts["ok"], counts["FAIL"], counts["skip"])
	return code
}

func outcome(e *t.Entry) t.Outcome {
	switch {
	case e.Run != nil:
		return t.Run(e)
	case !onPort(e.Mode):
		return t.Outcome{Word: "skip", Why: "this mode is for " + strings.Join(e.Mode.Ports, ", ") + " only"}
	}
	return runMode(e.Mode)
}

func report(e *t.Entry, o t.Outcome, counts map[string]int) int {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	counts[o.Word]++
	fmt.Fprint(out, o.Word, " ", e.Name)
	if o.Why != "" {
		fmt.Fprint(out, ": ", strings.ReplaceAll(o.Why, "\n", "\\n"))
	}
	fmt.Fprintln(out)
	if o.Word == "FAIL" {
		return 1
	}
	return 0
}
