package ledger

import (
	"testing"

	"momus/sim/simdisk"
)

// draws is a seeded simdisk.Env, benign with seed 0.
type draws struct {
	seed, count uint64
	now         int64
}

func (d *draws) Now() int64 { return d.now }

func (d *draws) Draw(_ string, bound uint64) uint64 {
	if d.seed == 0 {
		return 0
	}
	d.count++
	x := (d.seed + d.count) * 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return (x ^ x>>31) % bound
}

// bench is a simulated disk and its clock.
type bench struct {
	*simdisk.Disk
	env *draws
}

func newBench(testing.TB) *bench {
	env := &draws{}
	return &bench{simdisk.New(env, "n1", simdisk.Faults{}), env}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// whole runs do as a turn and lets it end.
func (b *bench) whole(do func()) {
	b.BeginTurn(b.env.now, 10_000, 1<<30)
	do()
	b.env.now = b.EndTurn()
}

// cut runs do as a turn and ends the node in the middle of its nth mutating call, by a power loss
// or not; false if there are fewer calls. What is lost depends on the seed.
func (b *bench) cut(n uint64, seed uint64, powerLoss bool, do func()) bool {
	b.env.seed = seed
	b.CrashAfterCalls(n)
	b.BeginTurn(b.env.now, 10_000, 1<<30)
	do()
	end := b.EndTurn()
	at, hit := b.Armed()
	if !hit {
		b.env.now = end
		return false
	}
	b.env.now = at
	b.Crash(at, powerLoss)
	b.env.seed = 0
	return true
}
