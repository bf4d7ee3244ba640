package seglog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"momus/core/goldentest"
	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// TestRecoveryByKindsOfDamage has a text for each kind: what was done to a log of fifteen batches of
// three records, in segments of five, and what an opening then does to its files, call by call.
func TestRecoveryByKindsOfDamage(t *testing.T) {
	goldentest.Run(t, func(t *testing.T) func(goldentest.Command) string {
		fs, _ := simulated()
		g := &spoiled{t: t, traced: &traced{FS: fs}}
		g.rig = newRig(t, g.traced, nil)
		g.open()
		g.fill(15, 5)
		g.must(port.LogOp{Kind: port.OpClose, Gen: g.gen})
		return g.do
	})
}

// spoiled is a log that a golden text damages and opens.
type spoiled struct {
	*rig
	t      *testing.T
	traced *traced
}

func (g *spoiled) do(c goldentest.Command) string {
	g.t.Helper()
	switch c.Name {
	case "list":
		return g.list() + "\n"
	case "open":
		return g.reopen(c)
	case "remove":
		g.check(g.fs.Remove(testPath + "/" + g.file(c)))
	case "rename":
		g.check(g.fs.Rename(testPath+"/"+g.file(c), testPath+"/"+strings.Replace(c.Words[1], "~", zeros, 1)))
	default:
		return g.spoilFile(c)
	}
	return ""
}

// zeros is what ~ stands for in the names of a text, as in what list shows.
const zeros = "000000000000000"

func (g *spoiled) file(c goldentest.Command) string {
	return strings.Replace(c.Words[0], "~", zeros, 1)
}

func (g *spoiled) check(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *spoiled) number(c goldentest.Command, key string) int64 {
	g.t.Helper()
	v, err := strconv.ParseInt(c.Args[key], 10, 64)
	g.check(err)
	return v
}

// spoilFile changes a file's bytes; put makes it first.
func (g *spoiled) spoilFile(c goldentest.Command) string {
	g.t.Helper()
	if c.Name == "put" {
		f, err := g.fs.Create(testPath + "/" + g.file(c))
		g.check(err)
		g.check(f.WriteAt([]byte(strings.NewReplacer("/", "\n", "+", " ").Replace(c.Args["text"])), 0))
		g.check(f.Close())
		return ""
	}
	g.spoil(g.file(c), func(f disk.File, size int64) error {
		switch c.Name {
		case "flip":
			return flip(g.number(c, "at"))(f, size)
		case "cut":
			return f.Truncate(g.number(c, "to"))
		case "zero":
			from := g.number(c, "from")
			return f.WriteAt(make([]byte, size-from), from)
		case "append":
			return f.WriteAt([]byte(strings.Repeat("\xa5", int(g.number(c, "bytes")))), size)
		case "grow":
			return f.Truncate(size + g.number(c, "bytes"))
		}
		g.t.Fatalf("no such command: %s", c.Name)
		return nil
	})
	return ""
}

// reopen opens the log as after a stop of some kind, and shows the calls that change something.
func (g *spoiled) reopen(c goldentest.Command) string {
	g.spec.RecoveryPoint, g.spec.LogStart = 0, 0
	g.spec.StopWasClean = slices.Contains(c.Words, "clean")
	g.spec.StopWasLossy = slices.Contains(c.Words, "lossy")
	g.spec.Compacted = slices.Contains(c.Words, "compacted")
	g.spec.AcceptLoss = slices.Contains(c.Words, "accept")
	if c.Args["point"] != "" {
		g.spec.RecoveryPoint = kafka.Offset(g.number(c, "point"))
	}
	g.restart()
	g.traced.calls, g.traced.on = nil, true
	d := g.tryOpen()
	g.traced.on = false
	out := strings.Join(g.traced.calls, "")
	if d.Fail != port.FailNone {
		return out + "refused: " + d.Fail.String() + "\n"
	}
	o := d.Opened
	out += fmt.Sprintf("opened %d..%d, flushed %d, cut %d bytes\n", o.Start, o.End, o.Flushed, o.CutBytes)
	for _, s := range o.Segments {
		out += fmt.Sprintf("segment %d of %d bytes, latest %d\n", s.Base, s.Size, s.MaxTimestamp)
	}
	for _, e := range o.Epochs {
		out += fmt.Sprintf("epoch %d from %d\n", e.Epoch, e.Start)
	}
	return out
}

// traced notes the calls that change something.
type traced struct {
	disk.FS
	on    bool
	calls []string
}

func (t *traced) note(format string, args ...any) {
	if t.on {
		line := strings.ReplaceAll(fmt.Sprintf(format, args...), testPath+"/", "")
		t.calls = append(t.calls, strings.ReplaceAll(line, zeros, "~")+"\n")
	}
}

func (t *traced) Open(name string) (disk.File, error) {
	f, err := t.FS.Open(name)
	return t.wrap(name, f), err
}

func (t *traced) Create(name string) (disk.File, error) {
	t.note("create %s", name)
	f, err := t.FS.Create(name)
	return t.wrap(name, f), err
}

func (t *traced) wrap(name string, f disk.File) disk.File {
	if f == nil {
		return nil
	}
	return &tracedFile{f, t, name}
}

func (t *traced) Rename(from, to string) error {
	t.note("rename %s to %s", from, to)
	return t.FS.Rename(from, to)
}

func (t *traced) Remove(name string) error {
	t.note("remove %s", name)
	return t.FS.Remove(name)
}

func (t *traced) SyncDir(name string) error {
	t.note("sync directory %s", name)
	return t.FS.SyncDir(name)
}

// tracedFile is one of its files.
type tracedFile struct {
	disk.File
	t    *traced
	name string
}

func (f *tracedFile) WriteAt(p []byte, off int64) error {
	f.t.note("write %s at %d, %d bytes", f.name, off, len(p))
	return f.File.WriteAt(p, off)
}

func (f *tracedFile) Truncate(size int64) error {
	f.t.note("truncate %s to %d", f.name, size)
	return f.File.Truncate(size)
}

func (f *tracedFile) Sync() error {
	f.t.note("sync %s", f.name)
	return f.File.Sync()
}
