package simdisk

import (
	"strings"
	"testing"
)

func TestAReadThatGoesAstrayDoesSoOnceAndLeavesTheDiskAsItIs(t *testing.T) {
	b := newBench(t)
	f, other := b.create("a"), b.create("b")
	sectorOf := func(c string) string { return strings.Repeat(c, sector) }
	b.done(write(f, sectorOf("x")+sectorOf("y")+"z", 0), write(other, "other", 0))
	read := func() string {
		p := make([]byte, 2*sector+1)
		n, err := f.ReadAt(p, 0)
		must(t, err)
		return string(p[:n])
	}
	right := read()
	b.SetFaults(Faults{ReadStray: 2})
	b.env.drawn["n1/read/stray"] = 1 // the second sector, of the other file's bytes
	want := sectorOf("x") + "other" + strings.Repeat("\x00", sector-5) + "z"
	if got := read(); got != want {
		t.Errorf("read %q", got)
	}
	if got := read(); got != right {
		t.Errorf("again %q", got)
	}
	if n := b.Bites().StrayReads; n != 1 {
		t.Errorf("%d reads went astray", n)
	}
	var seen []Stray
	b.StrayWhere(func(s Stray) bool { seen = append(seen, s); return false })
	if got := read(); got != right || len(seen) != 1 || seen[0].From != sector || string(seen[0].Data) != right {
		t.Errorf("refused by the world: read %q, told %+v", got, seen)
	}
	b.wants("a", right)
}
