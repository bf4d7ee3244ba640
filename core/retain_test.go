package core_test

import (
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"
)

// No more deleted logs wait for their files to go than the limit says; the oldest goes first.
func TestNoMoreDeletedLogsWaitThanTheLimit(t *testing.T) {
	node := &core.Node{}
	var topic kafka.TopicID
	deleted, purged := 0, 0
	l := lifetest.New(lifetest.NewStorage(), func(now kafka.Now, ev core.Event, take func(*core.Ready)) {
		if start, ok := ev.(*core.Start); ok {
			start.Limits.RemovedLogs = 2
		}
		node.Step(now, ev)
		r := node.Ready()
		kept := r.LogOps[:0]
		for _, op := range r.LogOps {
			switch op.Kind {
			case port.OpOpen:
				topic = op.Log.Topic
			case port.OpDelete:
				deleted++
			case port.OpPurge:
				purged++
				continue // this life's storage has nothing to purge
			}
			kept = append(kept, op)
		}
		r.LogOps = kept
		take(r)
		node.Recycle(r)
	}, nil)
	l.Pass(100)
	l.Open(1)
	l.Send(1, 7, lifetest.CreateTopics("made", 5))
	l.Settle()
	l.Send(1, 6, lifetest.DeleteTopics(topic))
	l.Settle()
	if deleted != 5 || purged != 3 {
		t.Errorf("of %d deleted logs %d went at once, want 5 and 3", deleted, purged)
	}
}
