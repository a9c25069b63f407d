package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// See cap_rights_limit_takes_writing_away.
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("Linux has no rights on descriptors")
		fd := t.Create("f", "abc")
		base, inheriting, e := sys.CapRightsGet(fd)
		t.OK("rights", e)
		t.OK("limit", sys.CapRightsLimit(fd, base&^sys.RightFdWrite, inheriting))
		t.Errno("widen", sys.CapRightsLimit(fd, base, inheriting), sys.ENOTCAPABLE)
		_, e = sys.WriteFd(fd, []byte("x"))
		t.Errno("write without the right", e, sys.ENOTCAPABLE)
	})
}
