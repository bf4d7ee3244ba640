package sim

import (
	"bytes"
	"slices"
	"testing"

	"momus/core"
	"momus/core/canon"
	"momus/core/kafka"
)

// lived is what was recorded of one life of a node.
type lived struct {
	events [][]byte
	sums   []uint64
}

// Whatever a life met (torn logs, crowded connections, failing disks), its Steps can be computed
// again from its events alone; and a node that is thrown away between any two of them and loaded
// from its state goes on alike.
func TestEveryLifeReplaysAcrossItsStates(t *testing.T) {
	for seed := uint64(1); seed <= few(8); seed++ {
		lives := map[string]*lived{}
		var names []string
		New(seed, Options{Observe: func(life string, _ uint64, event []byte, sum uint64) {
			l := lives[life]
			if l == nil {
				l = &lived{}
				lives[life] = l
				names = append(names, life)
			}
			l.events = append(l.events, slices.Clone(event))
			l.sums = append(l.sums, sum)
		}}).Run()
		if len(names) == 0 {
			t.Fatalf("seed %d: nobody lived", seed)
		}
		for _, name := range names {
			replayLife(t, seed, name, lives[name])
		}
	}
}

func replayLife(t *testing.T, seed uint64, name string, l *lived) {
	node := &core.Node{}
	var chain canon.Hash
	for i, event := range l.events {
		if i > 0 && i%3 == 0 {
			node = reloaded(t, node)
		}
		r := canon.NewReader(event)
		now := kafka.Now{Mono: kafka.Mono(r.Int(64)), Wall: kafka.Wall(r.Int(64))}
		ev := core.ReadEvent(r)
		if err := r.End(); err != nil {
			t.Fatalf("seed %d, %s, step %d: the event cannot be read back: %v", seed, name, i+1, err)
		}
		mark := node.Mark()
		node.Step(now, ev)
		chain.Add(event)
		chain.Add(node.AppendEntries(nil, mark))
		if chain.Sum() != l.sums[i] {
			t.Fatalf("seed %d, %s, step %d differs: %s\n%s", seed, name, i+1, ev.AppendText(nil), node.AppendEntriesText(nil, mark))
		}
		node.Recycle(node.Ready())
	}
}

func reloaded(t *testing.T, node *core.Node) *core.Node {
	t.Helper()
	state := node.AppendState(nil)
	next := &core.Node{}
	if err := next.LoadState(state); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(next.AppendState(nil), state) {
		t.Fatal("a state that was loaded encodes otherwise")
	}
	next.Check()
	return next
}
