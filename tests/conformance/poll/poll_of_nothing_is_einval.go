package poll

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// WASI, poll_oneoff: "If nsubscriptions is 0, returns errno::inval".
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("poll(2) of nothing waits for its timeout")
		_, e := sys.Poll(nil)
		t.Errno("poll", e, sys.EINVAL)
	})
}
