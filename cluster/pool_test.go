package cluster

import (
	"testing"

	"pgregory.net/rapid"

	"momus/core/port"
)

// noLock guards nothing: here is one thread.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}

func TestASizeClassHoldsWhatItIsFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1<<31-1).Draw(t, "n")
		i, size := sizeClass(n)
		if size < n || n > 64 && size-n > n/4 || i < 0 || i >= poolClasses {
			t.Fatalf("%d bytes are class %d of %d bytes", n, i, size)
		}
		if j, again := sizeClass(size); j != i || again != size {
			t.Fatalf("class %d of %d bytes is class %d of %d bytes when it comes back", i, size, j, again)
		}
		if j, _ := sizeClass(size + 1); size < 1<<31 && j != i+1 {
			t.Fatalf("a byte more than class %d is class %d", i, j)
		}
	})
}

// What is lent never exceeds the budget, what came back serves again, and whoever was refused is
// told once memory is there.
func TestThePoolKeepsItsBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const budget = 10_000
		told, refused := 0, false
		p := &Pool{Lock: noLock{}, Budget: budget, Freed: func() { told++ }}
		var lent []*port.Buf
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(lent) == 0 || rapid.Bool().Draw(t, "get") {
				n := rapid.IntRange(0, 4000).Draw(t, "n")
				b := p.Get(n)
				if b == nil {
					refused = true
					continue
				}
				if len(b.B) != n {
					t.Fatalf("asked for %d bytes, got %d", n, len(b.B))
				}
				lent = append(lent, b)
			} else {
				before := told
				lent[0].Release()
				lent = lent[1:]
				if (told > before) != refused {
					t.Fatalf("refused %v, told %d times", refused, told-before)
				}
				refused = false
			}
			sum := 0
			for _, b := range lent {
				sum += cap(b.B)
			}
			if int64(sum) != p.used || sum > budget {
				t.Fatalf("%d bytes are lent, %d are counted, of %d", sum, p.used, budget)
			}
		}
	})
}

// Work that has begun gets its buffer even so, and others wait until the debt is paid.
func TestAnOverdrawnPoolRefusesOthers(t *testing.T) {
	told := 0
	p := &Pool{Lock: noLock{}, Budget: 1000, Freed: func() { told++ }}
	first, second := p.Get(800), p.Take(800)
	if first == nil || second == nil || p.Get(64) != nil {
		t.Fatal("refused, or lent beyond the budget")
	}
	if second.Release(); told != 1 || p.Get(64) == nil {
		t.Fatalf("told %d times", told)
	}
	first.Release()
}

func TestAPooledBufferCostsNoMemory(t *testing.T) {
	p := &Pool{Lock: noLock{}, Budget: 1 << 20}
	p.Get(40_000).Release()
	// The Buf itself is new each time: its header is never reused.
	if n := testing.AllocsPerRun(100, func() { p.Get(40_000).Release() }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
