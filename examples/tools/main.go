// Tools are a few small programs in one, told apart by the name they are called by (or by the first argument): what a shell
// needs around it to be of use. It is plain Go; what it needs of a terminal is in one file for Linux and one for gopherix.
//
//	gopherix build -o bin/ls . && (cd bin && for t in cat echo wc …; do ln ls $t; done)
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A tool gets its arguments; what it returns is said on stderr and is exit code 1.
type tool func(args []string) error

var tools = map[string]tool{
	"cat": cat, "cp": cp, "echo": echo, "env": env, "false": failing, "grep": grep, "head": head, "ls": ls, "mkdir": mkdir,
	"mv": mv, "pwd": pwd, "rm": rm, "seq": seq, "setsid": setsid, "sleep": sleep, "sort": sortLines, "stty": stty, "tee": tee, "touch": touch,
	"trap": trap, "true": succeeding, "tty": tty, "wc": wc, "yes": yes,
}

func main() {
	args := os.Args
	name := strings.TrimSuffix(filepath.Base(args[0]), ".wasm")
	if tools[name] == nil && len(args) > 1 {
		args = args[1:]
		name = args[0]
	}
	run, ok := tools[name]
	if !ok {
		names := make([]string, 0, len(tools))
		for name := range tools {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintln(os.Stderr, "usage: tools", strings.Join(names, "|"), "[argument…]")
		os.Exit(2)
	}
	if err := run(args[1:]); err != nil {
		if err != errQuiet {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		}
		os.Exit(1)
	}
}
