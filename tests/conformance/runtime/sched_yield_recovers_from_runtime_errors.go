package runtime

import (
	"fmt"
	"strings"

	"gopherix/conformance/t"
)

// Index, nil, division, a wrong type: all are values that recover gives.
func init() {
	t.Case(func(t *t.T) {
		catch := func(f func()) (msg string) {
			defer func() { msg = fmt.Sprint(recover()) }()
			f()
			return
		}
		var none *[4]int
		var m map[string]int
		var a any = "text"
		zero := len(m)
		s := []int{1}
		for want, f := range map[string]func(){
			"index out of range":          func() { _ = s[zero+5] },
			"nil pointer dereference":     func() { _ = none[zero] },
			"integer divide by zero":      func() { _ = 1 / zero },
			"interface conversion":        func() { _ = a.(int) },
			"assignment to entry in nil":  func() { m["x"] = 1 },
			"slice bounds out of range":   func() { _ = s[zero+3:] },
			"close of nil channel":        func() { close(chan int(nil)) },
			"hash of unhashable type":     func() { _ = map[any]int{[]int(nil): 1} },
			"makeslice: len out of range": func() { _ = make([]int, zero-1) },
		} {
			if got := catch(f); !strings.Contains(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}
