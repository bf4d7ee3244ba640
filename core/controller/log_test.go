package controller

import (
	"fmt"
	"slices"
	"strings"

	"momus/core/config"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// quorum is a metadata log as simple as can be: records, where its batches end, and how many records
// are committed. Batches are committed, and lost, whole.
type quorum struct {
	log       []record.Metadata
	ends      []int
	committed int
	epoch     kafka.LeaderEpoch
}

// drain appends what the controller decided, and gives its outbox as text and its replies.
func (q *quorum) drain(now kafka.Now, m *Controller) (string, []msg.ControllerReply) {
	var b strings.Builder
	var replies []msg.ControllerReply
	for len(m.Out.Appends)+len(m.Out.Replies) > 0 {
		out := m.Out
		m.Out = Out{}
		for _, r := range out.Replies {
			fmt.Fprintf(&b, "reply %s\n", r.AppendText(nil))
		}
		replies = append(replies, out.Replies...)
		for _, a := range out.Appends {
			base := kafka.Offset(len(q.log))
			for i, rec := range a.Records {
				fmt.Fprintf(&b, "%d: %s\n", int(base)+i, rec.AppendText(nil))
			}
			q.log = append(q.log, a.Records...)
			q.ends = append(q.ends, len(q.log))
			m.Appended(now, base, len(a.Records))
		}
	}
	return b.String(), replies
}

// replay is the image of what is in the log.
func (q *quorum) replay() image.Image {
	img, d := image.New(), &image.Delta{}
	for i, rec := range q.log {
		img.Apply(d, kafka.Offset(i), rec)
	}
	img.Advance(img.Offset, q.epoch)
	return img
}

// elect makes a controller active in the next epoch, on what the log holds.
func (q *quorum) elect(now kafka.Now, m *Controller) {
	q.epoch++
	if len(q.log) == 0 {
		// The leader change record.
		q.log = append(q.log, &record.NoOpRecord{})
	}
	q.committed = len(q.log)
	m.BecomeActive(now, q.replay(), q.epoch)
}

// from lists the ends that the log may have, or may be committed to: what is committed stays so.
func (q *quorum) from() []int {
	ends := []int{q.committed}
	for _, end := range q.ends {
		if end > q.committed {
			ends = append(ends, end)
		}
	}
	return ends
}

// cut loses what was appended from an end on.
func (q *quorum) cut(end int) {
	q.log = q.log[:end]
	q.ends = slices.DeleteFunc(q.ends, func(e int) bool { return e > end })
}

func (q *quorum) commit(now kafka.Now, m *Controller, to int) {
	q.committed = to
	m.CommittedTo(now, kafka.Offset(to-1))
}

func testConfig() config.Broker {
	cfg := config.DefaultBroker()
	cfg.NumPartitions = 2
	return cfg
}

func dir(id kafka.NodeID, n byte) kafka.DirID { return kafka.DirID{0: byte(id), 1: n, 15: 9} }

func registration(id kafka.NodeID, incarnation byte) *msg.RegisterBroker {
	return &msg.RegisterBroker{
		Op: msg.OpLifecycle, Broker: id, ClusterID: "cluster", Incarnation: kafka.UUID{incarnation},
		Features:      record.SupportedFeatures(),
		LogDirs:       []kafka.DirID{dir(id, 1)},
		PreviousEpoch: kafka.NoBrokerEpoch,
	}
}
