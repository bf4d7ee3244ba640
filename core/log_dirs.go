package core

import (
	"cmp"
	"slices"
	"strings"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
)

// LogDirs implements msg.Replicas. A log that is not open has no size that anybody knows, and is left out.
func (n *replicas) LogDirs(wanted func(string, kafka.PartitionID) bool) []msg.LogDir {
	node := (*Node)(n)
	list := make([]msg.LogDir, len(n.facts.LogDirs))
	for i, path := range n.facts.LogDirs {
		list[i].Path = path
		at := slices.IndexFunc(n.facts.Dirs, func(d port.DirFacts) bool { return d.Path == path })
		if at < 0 || node.isOffline(int32(at)) {
			continue
		}
		list[i].Dir = n.facts.Dirs[at].Dir
		list[i].Logs = node.sizesIn(int32(at), wanted)
	}
	return list
}

// sizesIn lists the logs in directory i, by topic and partition.
func (n *Node) sizesIn(i int32, wanted func(string, kafka.PartitionID) bool) []msg.LogSize {
	d := &n.facts.Dirs[i]
	var list []msg.LogSize
	for _, l := range d.Logs {
		r := n.byLog.Get(kafka.TopicPartition{Topic: l.TopicID, Partition: l.Partition})
		if r == nil || !wanted(l.Topic, l.Partition) {
			continue
		}
		if bytes, ok := r.Size(); ok && r.Dir() == d.Dir {
			list = append(list, msg.LogSize{Topic: l.Topic, Partition: l.Partition, Bytes: bytes})
		}
	}
	for _, log := range n.logs() {
		if r := n.byLog.Get(log); r.Moving() == d.Dir && wanted(r.Topic(), log.Partition) {
			list = append(list, msg.LogSize{Topic: r.Topic(), Partition: log.Partition, Future: true, Log: log, End: r.End()})
		}
	}
	slices.SortFunc(list, func(a, b msg.LogSize) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return list
}
