package core_test

import (
	"testing"

	"momus/core"
	"momus/core/kafka"
	"momus/core/lifetest"
	"momus/core/port"

	"github.com/google/go-cmp/cmp"
)

func TestAReportTellsHowFarGroupsAreBehind(t *testing.T) {
	node := &core.Node{}
	var topic kafka.TopicID
	var lags []core.LagReport
	l := lifetest.New(lifetest.NewStorage(), func(now kafka.Now, ev core.Event, take func(*core.Ready)) {
		node.Step(now, ev)
		r := node.Ready()
		for _, op := range r.LogOps {
			if op.Kind == port.OpOpen && op.Open.Topic == "made" {
				topic = op.Log.Topic
			}
		}
		for i := range r.Reports {
			lags = r.Reports[i].Lags
			if len(lags) > 0 && r.Reports[i].LagsUntold != 0 {
				t.Error("a group is left out")
			}
		}
		take(r)
		node.Recycle(r)
	}, nil)
	told := func(want ...core.LagReport) {
		t.Helper()
		l.Inspect()
		for i := range lags { // steps take microseconds
			lags[i].Age -= lags[i].Age % kafka.Second
		}
		if diff := cmp.Diff(want, lags); diff != "" {
			t.Errorf("want (-) is not what is told (+):\n%s", diff)
		}
	}
	l.Pass(100)
	l.Open(1)
	l.Send(1, 7, lifetest.CreateTopics("made", 3))
	l.Send(1, 6, lifetest.FindCoordinator("g", "h"))
	l.Settle()
	for nth := range 3 {
		l.Send(1, 13, lifetest.Produce(topic, 1, 1, kafka.Sequence(nth)))
		l.Pass(2000)
	}
	told()
	l.Send(1, 10, lifetest.OffsetCommit("h", topic, 2))
	l.Send(1, 10, lifetest.OffsetCommit("g", topic, 6))
	l.Settle()
	told(core.LagReport{Group: "g", Topic: "made", Partition: 1}, core.LagReport{Group: "h", Topic: "made", Partition: 1, Records: 4, Age: 4 * kafka.Second})
	l.Send(1, 2, lifetest.DeleteRecords("made", 4))
	l.Settle()
	told(core.LagReport{Group: "g", Topic: "made", Partition: 1}, core.LagReport{Group: "h", Topic: "made", Partition: 1, Records: 2, Age: 2 * kafka.Second})
	l.Send(1, 10, lifetest.OffsetCommit("g", topic, 100)) // Kafka takes what isn't there yet
	l.Settle()
	told(core.LagReport{Group: "g", Topic: "made", Partition: 1}, core.LagReport{Group: "h", Topic: "made", Partition: 1, Records: 2, Age: 2 * kafka.Second})
	l.Send(1, 6, lifetest.DeleteTopics(topic))
	l.Settle()
	told()
}
