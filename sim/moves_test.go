package sim

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"momus/core"
	"momus/core/kafka"
	"momus/sim/simdisk"
)

// A call that failed in a turn whose completions are not told yet is a cause of what fails after they are.
func TestFailuresThatNobodyWasToldOfAreNews(t *testing.T) {
	w := &simWorker{before: 3}
	p := &process{workers: []*simWorker{w}}
	p.saver.before = 2
	if got := p.told(5); got != 5 {
		t.Errorf("at rest: %d of 5", got)
	}
	w.busy = true
	if got := p.told(5); got != 3 {
		t.Errorf("a worker in its turn: %d of 5", got)
	}
	w.busy, p.saver.busy = false, true
	if got := p.told(5); got != 2 {
		t.Errorf("the saver in its turn: %d of 5", got)
	}
	p.saver.busy = false
	p.inbox = []core.Event{&core.LogDone{}}
	if got := p.told(5); got != 2 {
		t.Errorf("completions in the inbox: %d of 5", got)
	}
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
