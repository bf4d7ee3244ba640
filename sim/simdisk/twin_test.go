package simdisk

import (
	"fmt"
	"slices"
	"testing"

	"momus/disk"
	"pgregory.net/rapid"
)

// chance draws everything with rapid.
type chance struct {
	t   *rapid.T
	now int64
}

func (c *chance) Now() int64 { return c.now }

func (c *chance) Draw(stream string, bound uint64) uint64 {
	return rapid.Uint64Range(0, bound-1).Draw(c.t, stream)
}

// twin is one file as a dumb model: its bytes, those at the last sync, and what of them a later
// write or truncation may have touched.
type twin struct {
	data, synced []byte
	unsure       []bool
}

func (w *twin) touch(from, to int) {
	for len(w.unsure) < to {
		w.unsure = append(w.unsure, false)
	}
	for i := from; i < to; i++ {
		w.unsure[i] = true
	}
}

func (w *twin) write(p []byte, off int) {
	size := len(w.data)
	for len(w.data) < off+len(p) {
		w.data = append(w.data, 0)
	}
	copy(w.data[off:], p)
	w.touch(min(off, size), off+len(p))
}

func (w *twin) truncate(size int) {
	was := len(w.data)
	for len(w.data) < size {
		w.data = append(w.data, 0)
	}
	w.data = w.data[:size]
	w.touch(min(was, size), max(was, size))
}

func (w *twin) sync() { w.synced, w.unsure = slices.Clone(w.data), nil }

func contents(t *rapid.T, d *Disk, name string) (disk.File, []byte) {
	f, err := d.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	size, err := f.Size()
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, size)
	if _, err := f.ReadAt(p, 0); err != nil {
		t.Fatal(err)
	}
	return f, p
}

func TestPowerLossNeverTouchesSyncedBytesOutsideLaterWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := &chance{t: t}
		d := New(env, "n", Faults{})
		files, twins := make([]disk.File, 2), make([]twin, 2)
		name := func(i int) string { return fmt.Sprintf("f%d", i) }
		for i := range files {
			f, err := d.Create(name(i))
			if err != nil {
				t.Fatal(err)
			}
			files[i] = f
		}
		if err := d.SyncDir("/"); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			env.now = max(env.now, d.LastEnd())
			i := rapid.IntRange(0, 1).Draw(t, "file")
			f, w := files[i], &twins[i]
			var err error
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0, 1, 2, 3, 4:
				off := rapid.IntRange(0, 2000).Draw(t, "off")
				p := rapid.SliceOfN(rapid.Byte(), 1, 1500).Draw(t, "data")
				err = f.WriteAt(p, int64(off))
				w.write(p, off)
			case 5:
				size := rapid.IntRange(0, 2000).Draw(t, "size")
				err = f.Truncate(int64(size))
				w.truncate(size)
			case 6, 7:
				err = f.Sync()
				w.sync()
			case 8:
				d.Crash(env.now, false)
				for i := range files {
					var got []byte
					if files[i], got = contents(t, d, name(i)); !slices.Equal(got, twins[i].data) {
						t.Fatalf("a process crash changed %s", name(i))
					}
				}
			case 9:
				d.Crash(env.now, true)
				for i := range files {
					w := &twins[i]
					var got []byte
					files[i], got = contents(t, d, name(i))
					for at, b := range w.synced {
						if sure := at >= len(w.unsure) || !w.unsure[at]; sure && (at >= len(got) || got[at] != b) {
							t.Fatalf("%s lost its synced byte %d of %d", name(i), at, len(w.synced))
						}
					}
					*w = twin{data: got, synced: got}
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSameDrawsLeaveTheSameDisk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		run := func() (out string) {
			env := &seeded{state: seed}
			d := New(env, "n", Faults{WriteIO: 9, NoSpace: 9, SyncIO: 9, SyncLost: 9, NameIO: 9, Stall: 9, StallNanos: 1000})
			for i := range 60 {
				env.now = max(env.now, d.LastEnd())
				name := fmt.Sprintf("d%d/f%d", env.Draw("dir", 3), env.Draw("file", 3))
				if err := d.MkdirAll(name[:2]); err != nil {
					out += err.Error()
				}
				if f, err := d.Create(name); err == nil {
					out += fmt.Sprint(f.WriteAt([]byte(name), int64(i)), f.Sync(), d.Rename(name, name+"x"))
				}
				if env.Draw("crash", 10) == 9 {
					d.Crash(env.now, env.Draw("power", 2) == 1)
				}
			}
			for i := range 3 {
				list, err := d.ReadDir(fmt.Sprintf("d%d", i))
				out += fmt.Sprint(list, err)
			}
			return out + fmt.Sprint(d.Bites(), d.LastEnd())
		}
		if one, two := run(), run(); one != two {
			t.Fatalf("two runs differ:\n%s\n%s", one, two)
		}
	})
}

// seeded draws from one stream of numbers.
type seeded struct {
	state uint64
	now   int64
}

func (s *seeded) Now() int64 { return s.now }

func (s *seeded) Draw(_ string, bound uint64) uint64 {
	s.state++
	return mix(s.state) % bound
}

func BenchmarkAppendAndSync(b *testing.B) {
	env := &seeded{}
	d := New(env, "n", Faults{})
	f, err := d.Create("a")
	if err != nil {
		b.Fatal(err)
	}
	p := make([]byte, 300)
	for i := range b.N {
		if err := f.WriteAt(p, int64(i%3000)*300); err != nil {
			b.Fatal(err)
		}
		if i%8 == 7 {
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		env.now = d.LastEnd()
	}
}
