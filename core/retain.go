package core

import (
	"slices"
	"strconv"

	"momus/core/kafka"
	"momus/core/port"
	"momus/core/replica"
)

// retain looks through all logs for segments that may go (log.retention.check.interval.ms).
func (n *Node) retain(now kafka.Now) {
	n.nextRetention = now.Mono.Add(max(n.cfg.RetentionCheckInterval, 1).Delay())
	for _, log := range n.logs() {
		r := n.byLog.Get(log)
		r.Retain(now)
		if r.Out != nil {
			n.touch(r)
		}
	}
}

// removal is a deleted log whose directory was renamed, and when its files are to go.
type removal struct {
	log kafka.TopicPartition
	at  kafka.Mono
}

// removeLater has the files of a log that was renamed removed after the broker's
// log.segment.delete.delay.ms: the topic's own file.delete.delay.ms went with the topic. More than
// Limits.RemovedLogs do not wait.
func (n *Node) removeLater(now kafka.Now, log kafka.TopicPartition) {
	if len(n.removed) > 0 && len(n.removed) >= int(n.limits.RemovedLogs) {
		n.removed[0].at = now.Mono
		n.removeFiles(now)
	}
	n.removed = append(n.removed, removal{log, now.Mono.Add(n.image.BrokerConfig(n.cfg).Topic.FileDeleteDelay.Delay())})
}

// nextRemoval is when removeFiles is due, or 0.
func (n *Node) nextRemoval() kafka.Mono {
	if len(n.removed) == 0 {
		return 0
	}
	return n.removed[0].at
}

// removeFiles has the files removed whose delay is over.
func (n *Node) removeFiles(now kafka.Now) {
	i := 0
	for ; i < len(n.removed) && n.removed[i].at <= now.Mono; i++ {
		n.ready.LogOps = append(n.ready.LogOps, port.LogOp{Kind: port.OpPurge, Log: n.removed[i].log})
	}
	n.removed = slices.Delete(n.removed, 0, i)
}

// startMoved is the text of a log start that moved: which limit was passed, by what.
func startMoved(fact *replica.Note) string {
	limit, found := strconv.FormatInt(fact.Limit, 10), strconv.FormatInt(fact.Found, 10)
	switch fact.Cause {
	case replica.CauseSize:
		return "retention.bytes=" + limit + ", kept were " + found
	case replica.CauseTime:
		return "retention.ms=" + limit + ", the youngest was of " + found
	case replica.CauseRequest:
		return "by DeleteRecords for offset " + limit
	}
	panic("BUG: a log start that moved without a cause")
}
