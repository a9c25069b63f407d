package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// fd_fdstat_set_rights: "This can only be used to remove rights, and returns errno::notcapable if called in a way
// that would attempt to add rights".
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("Linux has no rights on descriptors")
		fd := t.Create("f", "abc")
		base, inheriting, e := sys.CapRightsGet(fd)
		t.OK("rights", e)
		t.Errno("limit", sys.CapRightsLimit(fd, base&^sys.RightFdWrite, inheriting), sys.OK)
		_, e = sys.WriteFd(fd, []byte("x"))
		t.Errno("write without the right", e, sys.ENOTCAPABLE)
		if got := t.Rest(fd); got != "abc" {
			t.Errorf("read gave %q", got)
		}
	})
}
