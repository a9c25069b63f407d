package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Of a terminal's settings.
type modes struct {
	Iflag, Oflag, Cflag, Lflag uint32
	Line                       uint8
	Cc                         [19]uint8
}

const (
	icrnl  = 0o400
	ixon   = 0o2000
	opost  = 0o1
	isig   = 0o1
	icanon = 0o2
	echoed = 0o10
	tostop = 0o400
	iexten = 0o100000
)

var named = []struct {
	name string
	flag uint32
	of   func(*modes) *uint32
}{
	{"icrnl", icrnl, func(m *modes) *uint32 { return &m.Iflag }},
	{"ixon", ixon, func(m *modes) *uint32 { return &m.Iflag }},
	{"opost", opost, func(m *modes) *uint32 { return &m.Oflag }},
	{"isig", isig, func(m *modes) *uint32 { return &m.Lflag }},
	{"icanon", icanon, func(m *modes) *uint32 { return &m.Lflag }},
	{"echo", echoed, func(m *modes) *uint32 { return &m.Lflag }},
	{"tostop", tostop, func(m *modes) *uint32 { return &m.Lflag }},
	{"iexten", iexten, func(m *modes) *uint32 { return &m.Lflag }},
}

// stty shows what the terminal on stdin is set to, or sets it: size, raw, sane, [-]echo and the like.
func stty(args []string) error {
	m, err := getModes(0)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		var words []string
		for _, n := range named {
			sign := "-"
			if *n.of(m)&n.flag != 0 {
				sign = ""
			}
			words = append(words, sign+n.name)
		}
		_, err := fmt.Println(strings.Join(words, " "))
		return err
	}
	changed := false
	for _, arg := range args {
		name, off := strings.CutPrefix(arg, "-")
		found := false
		for _, n := range named {
			isRaw := (name == "raw" || name == "sane") && n.name != "tostop"
			if n.name != name && !isRaw {
				continue
			}
			found, changed = true, true
			if off || arg == "raw" {
				*n.of(m) &^= n.flag
			} else {
				*n.of(m) |= n.flag
			}
		}
		if arg == "size" {
			rows, columns, err := getSize(0)
			if err != nil {
				return err
			}
			fmt.Println(rows, columns)
		} else if !found {
			return fmt.Errorf("%s: unknown", arg)
		}
	}
	if changed {
		return setModes(0, m)
	}
	return nil
}

// tty says whether stdin is a terminal.
func tty([]string) error {
	if _, err := getModes(0); err != nil {
		fmt.Println("not a tty")
		return errQuiet
	}
	name, err := os.Readlink("/proc/self/fd/0")
	if errors.Is(err, os.ErrNotExist) {
		name, err = "a tty", nil
	}
	fmt.Println(name)
	return err
}
