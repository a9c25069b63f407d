package file

import (
	"gopherix/conformance/sys"
	"gopherix/conformance/t"
)

// path_open: the new descriptor has no more rights than the directory lets it inherit.
func init() {
	t.Case(func(t *t.T) {
		t.WASIOnly("Linux has no rights on descriptors")
		t.File("f", "abc")
		dir := t.Open(t.Dir, ".", sys.RDONLY|sys.DIRECTORY)
		base, inheriting, e := sys.CapRightsGet(dir)
		t.OK("rights", e)
		t.OK("limit", sys.CapRightsLimit(dir, base, inheriting&^sys.RightFdWrite))
		fd, e := sys.Openat(dir, "f", sys.RDWR)
		t.NoFd("open for writing", fd, e, sys.ENOTCAPABLE)
		t.Open(dir, "f", sys.RDONLY)
	})
}
