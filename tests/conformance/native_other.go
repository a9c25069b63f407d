//go:build !linux

package main

import (
	"errors"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// runMode cannot start processes here: whoever runs the cases does, by `conformance modes`.
func runMode(*t.Mode) t.Outcome {
	return t.Outcome{Word: "skip", Why: "a mode: run it from outside, as `conformance modes` says"}
}

func startPeer() (stop func()) { return func() {} }

func peer(string) error { return errors.New("no peer on " + sys.Port + ": run the native program") }
