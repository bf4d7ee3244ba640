package core_test

import (
	"testing"
	"time"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
)

// clocked steps a node and keeps the longest Step, which is how long the core was held.
type clocked struct {
	node    *core.Node
	longest time.Duration
	total   time.Duration
}

func (c *clocked) step(now kafka.Now, ev core.Event, take func(*core.Ready)) {
	begin := time.Now()
	c.node.Step(now, ev)
	took := time.Since(begin)
	c.longest, c.total = max(c.longest, took), c.total+took
	r := c.node.Ready()
	take(r)
	c.node.Recycle(r)
}

// BenchmarkStartWithTenThousandLogs is what a start costs the core beside the disk, and how long its
// longest Step holds it: the one that opens all logs.
func BenchmarkStartWithTenThousandLogs(b *testing.B) {
	s := lifetest.NewStorage()
	l := lifetest.New(s, lifetest.Of(&core.Node{}), nil)
	l.Pass(100)
	l.Open(1)
	for _, topic := range []string{"a", "b", "c", "d", "e"} {
		l.Send(1, 7, lifetest.CreateTopics(topic, 2000))
		l.Settle()
	}
	l.Pass(600)
	l.Stop()
	if l.Exit == nil || !l.Exit.Clean {
		b.Fatalf("the life ended with %+v", l.Exit)
	}
	var longest, total time.Duration
	for b.Loop() {
		c := &clocked{node: &core.Node{}}
		lifetest.New(s, c.step, nil).Settle()
		longest, total = max(longest, c.longest), total+c.total
	}
	b.ReportMetric(float64(longest.Nanoseconds()), "longest-step-ns")
	b.ReportMetric(float64(total.Nanoseconds())/float64(b.N), "steps-ns/op")
}
