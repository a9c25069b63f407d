package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// O_APPEND and O_NONBLOCK given to open are told by F_GETFL.
func init() {
	t.Case(func(t *t.T) {
		fd := t.Open(t.Dir, "f", sys.WRONLY|sys.CREAT|sys.APPEND|sys.NONBLOCK)
		fl, e := sys.Getfl(fd)
		t.Ret("getfl", fl&(sys.APPEND|sys.NONBLOCK), e, sys.APPEND|sys.NONBLOCK, sys.OK)
	})
}
