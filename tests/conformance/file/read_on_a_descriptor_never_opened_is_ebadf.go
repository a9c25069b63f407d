package file

import (
	"fmt"

	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// Numbers without an open file are EBADF: negative, just free, far beyond any table.
func init() {
	t.Case(func(t *t.T) {
		for _, fd := range []int{-1, 9999, 1<<31 - 1} {
			n, e := sys.ReadFd(fd, make([]byte, 8))
			t.Ret(fmt.Sprintf("read(%d)", fd), n, e, 0, sys.EBADF)
		}
	})
}
