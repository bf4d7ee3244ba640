package sim

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"momus/core/kafka"
	"momus/sim/simdisk"
)

// A call that failed in a turn is a cause of what fails after the core has heard of the turn: of moves that begin
// before, also in the same drain. What began later has to show a cause of its own.
func TestFailuresThatNobodyWasToldOfAreNews(t *testing.T) {
	p := &process{}
	told := func(when string, want uint64) {
		t.Helper()
		if got := p.told(5); got != want {
			t.Errorf("%s: %d of 5, not %d", when, got, want)
		}
	}
	told("at rest", 5)
	first := &delivery{before: 2}
	p.news = append(p.news, first)
	told("a worker in its turn", 2)
	first.told = 11
	p.news = append(p.news, &delivery{before: 3})
	told("its completions in the inbox, and the worker in its next turn", 2)
	p.heard(10)
	told("the drain before", 2)
	told("the drain that took them", 2)
	p.heard(11)
	told("the drain after", 3)
	p.news[0].told = 12
	p.heard(12)
	told("at rest again", 5)
}

// What is only in the directory that is lost is lost, and a copy of another log changes nothing of that. Which of two
// the metadata names nobody can say from outside, also if one of them is away for the moment (seed 7425).
func TestALogIsHalfMovedWhileItIsInTwoDirectories(t *testing.T) {
	n := &node{logs: map[string]kafka.TopicPartition{}, disk: simdisk.New(&calm{}, "disk", simdisk.Faults{}),
		dirs: []mounted{{path: "/data"}, {path: "/data1"}, {path: "/data2"}}}
	n.disk.BeginTurn(0, bootCalls, bootBytes)
	put := func(path string, log kafka.TopicPartition, ending string) {
		topic := log.Topic.String()
		n.logs[topic+"-0"] = log
		name := path + "/" + topic + "-0" + ending
		if err := n.disk.MkdirAll(name); err != nil {
			t.Fatal(err)
		}
		f, err := n.disk.Create(name + "/partition.metadata")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.WriteAt([]byte("version: 0\ntopic_id: "+topic), 0); err != nil {
			t.Fatal(err)
		}
	}
	const future = ".01234567890123456789012345678901-future"
	log := func(i byte) kafka.TopicPartition { return kafka.TopicPartition{Topic: kafka.TopicID{i}} }
	for i := range byte(6) {
		put("/data1", log(i), "")
	}
	put("/data", log(1), "")
	put("/data", log(2), future)
	put("/data2", log(3), "")
	put("/data2", log(4), future)
	put("/data", log(6), "") // its place in /data1 is nothing but a copy
	put("/data1", log(6), future)
	put("/data", log(7), "") // nothing of it is in /data1
	put("/data2", log(7), future)
	n.disk.EndTurn()

	check := func(want map[kafka.TopicPartition]bool) {
		t.Helper()
		half := n.halfMoved("/data1")
		maps.DeleteFunc(half, func(_ kafka.TopicPartition, is bool) bool { return !is })
		if diff := cmp.Diff(want, half); diff != "" {
			t.Error(diff)
		}
	}
	all := map[kafka.TopicPartition]bool{log(1): true, log(2): true, log(3): true, log(4): true, log(6): true}
	check(all)
	m := &n.dirs[2]
	m.awayLogs, m.awayCopies = n.logsIn(m.path), n.copiesIn(m.path)
	if m.away = n.disk.Detach(m.path); m.away == nil {
		t.Fatal("it is not there")
	}
	check(all)
	m.away, m.awayLogs, m.awayCopies = nil, nil, nil // it does not come back
	delete(all, log(3))
	delete(all, log(4))
	check(all)
}
