package signal

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// SIGCHLD, SIGURG, SIGWINCH and SIGCONT do nothing by default.
func init() {
	t.Case(func(t *t.T) {
		for _, s := range []sys.Signal{sys.SigChld, sys.SigUrg, sys.SigWinch, sys.SigCont} {
			t.Errno(fmt.Sprint("raise ", s), sys.Raise(s), sys.OK)
		}
	})
}
