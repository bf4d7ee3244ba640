package core

import (
	"cmp"
	"slices"

	"momus/core/group"
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/port"
	"momus/core/replica"
)

// Report is what metrics and readiness are told from, as of one Step.
//
//canon:gen
type Report struct {
	// ID is that of the Inspect.
	ID int64
	// Phase is where the broker stands between start and end; Serving says that it is unfenced and its
	// logs are open, Stopping that it is on its way out.
	Phase    string
	Serving  bool
	Stopping bool
	// Opening counts the logs that are not open yet of a start.
	Opening int32
	// ActiveController says that this node decides for the cluster, in MetadataEpoch.
	ActiveController bool
	MetadataEpoch    kafka.LeaderEpoch
	// MetadataEnd and MetadataHigh are the end and the high watermark of the metadata log, Image the offset
	// up to which this node has taken it in.
	MetadataEnd, MetadataHigh, Image kafka.Offset
	// Topics and Partitions count those of the cluster.
	Topics, Partitions int32
	// Connections, Requests and Parked count connections, requests between arrival and answer, and fetches
	// among them that wait; FetchSessions what is remembered of fetches.
	Connections, Requests, Parked, FetchSessions int32
	// Groups is how the group coordinator stands.
	Groups group.Report
	// Lags are in the order of groups, topics and partitions: of the committed offsets of partitions that this node
	// leads, port.LagsMax at most. LagsUntold counts the groups that are left out since they have too many.
	Lags       []LagReport
	LagsUntold int32
	Dirs       []DirReport
	Cleaner    CleanerReport
	// Logs are in the order of topics' names and partitions.
	Logs []LogReport
}

// LagReport is how far a group is behind in a partition.
//
//canon:gen
type LagReport struct {
	Group, Topic string
	Partition    kafka.PartitionID
	// Records counts the offsets from the committed one, or the log start if that lies behind it, to the high
	// watermark.
	Records int64
	// Age is for how long the first of them has been in the log, see replica.Age; -1 if that isn't known, 0 without any.
	Age kafka.Nanos
}

// Compare orders by group, topic and partition.
func (l LagReport) Compare(o LagReport) int {
	return cmp.Or(cmp.Compare(l.Group, o.Group), cmp.Compare(l.Topic, o.Topic), cmp.Compare(l.Partition, o.Partition))
}

// DirReport is one log directory.
//
//canon:gen
type DirReport struct {
	Path    string
	Offline bool
}

// CleanerReport is how far compaction is. Percentages are whole numbers.
//
//canon:gen
type CleanerReport struct {
	// Running counts the compactions under way, Idle is for how long nothing was looked for.
	Running int32
	Idle    kafka.Millis
	// MaxDirtyPercent is the greatest part of a log's bytes that may be compacted, Uncleanable how many logs can't be
	// compacted any more since a batch of theirs is damaged, and UncleanableBytes what they hold.
	MaxDirtyPercent  int32
	Uncleanable      int32
	UncleanableBytes int64
	// BytesRead and BytesWritten are those of all compactions, the others of the last one: how much of what it read it
	// wrote, how full its table of keys was, and how long it took.
	BytesRead, BytesWritten      int64
	RecopyPercent, BufferPercent int32
	Took                         kafka.Millis
}

// LogReport is one log of this node. Of one that is not open only the name and the role count.
//
//canon:gen
type LogReport struct {
	Topic     string
	Partition kafka.PartitionID
	Role      replica.Role
	// Start, High and End are the log start offset, the high watermark and the offset after the last record.
	Start, High, End kafka.Offset
	// Bytes is the size of its segments, of what is written of them; Segments how many there are.
	Bytes    int64
	Segments int32
	// Producers counts the producer ids whose state is kept.
	Producers int32
}

// inspect answers an Inspect. It changes nothing.
func (n *Node) inspect(now kafka.Now, id int64) {
	r := Report{
		ID: id, Phase: n.lifecycle.Phase().String(), Serving: n.published.Ready, Stopping: n.lifecycle.Stopping(),
		Opening: int32(len(n.opening)), ActiveController: n.controller.Active(), MetadataEpoch: n.raft.Epoch(),
		MetadataEnd: n.raft.End(), MetadataHigh: n.raft.HighWatermark(), Image: n.image.Offset,
		Topics: int32(len(n.image.Names)),
	}
	r.Cleaner = n.reportCleaner(now)
	r.Connections, r.Requests, r.Parked, r.FetchSessions = n.session.Load()
	r.Groups = n.groups.Report()
	r.Lags, r.LagsUntold = n.reportLags(now)
	for i := range n.facts.Dirs {
		r.Dirs = append(r.Dirs, DirReport{Path: n.facts.Dirs[i].Path, Offline: n.isOffline(int32(i))})
	}
	for _, path := range n.facts.Offline {
		r.Dirs = append(r.Dirs, DirReport{Path: path, Offline: true})
	}
	for _, name := range n.image.Names {
		topic := n.image.TopicNamed(name)
		r.Partitions += int32(len(topic.Partitions))
		r.Logs = n.reportLogs(r.Logs, topic)
	}
	n.ready.Reports = append(n.ready.Reports, r)
}

// Ends tells the topic, the log start, the high watermark and the end of each log that is open, outside of any
// Step. It changes nothing.
func (n *Node) Ends(tell func(topic string, log kafka.TopicPartition, start, high, end kafka.Offset)) {
	for _, log := range n.logs() {
		r := n.replicas[log]
		if _, open := r.Size(); open {
			tell(r.Topic(), log, r.Start(), r.HighWatermark(), r.End())
		}
	}
}

// reportLags tells how far groups are behind. An offset of a topic that is gone, or of another one that had its name,
// says nothing of that, nor does one of a partition that is not served here.
func (n *Node) reportLags(now kafka.Now) (list []LagReport, untold int32) {
	untold = n.groups.Committed(port.LagsMax, func(group, name string, of kafka.TopicID, p kafka.PartitionID, at kafka.Offset) {
		topic := n.image.TopicNamed(name)
		if topic == nil || !of.IsZero() && of != topic.ID {
			return
		}
		r := n.byLog.Get(kafka.TopicPartition{Topic: topic.ID, Partition: p})
		if r == nil || r.Role() != replica.RoleLeader {
			return
		}
		l := LagReport{Group: group, Topic: name, Partition: p}
		at = max(at, r.Start())
		if l.Records = max(int64(r.HighWatermark()-at), 0); l.Records > 0 {
			age, known := r.Age(now, at)
			if l.Age = age; !known {
				l.Age = -1
			}
		}
		list = append(list, l)
	})
	slices.SortFunc(list, LagReport.Compare)
	return list, untold
}

func (n *Node) reportLogs(list []LogReport, topic *image.Topic) []LogReport {
	for i := range topic.Partitions {
		r := n.byLog.Get(kafka.TopicPartition{Topic: topic.ID, Partition: kafka.PartitionID(i)})
		if r == nil {
			continue
		}
		l := LogReport{Topic: topic.Name, Partition: kafka.PartitionID(i), Role: r.Role()}
		if bytes, open := r.Size(); open {
			l.Start, l.High, l.End = r.Start(), r.HighWatermark(), r.End()
			l.Bytes, l.Segments, l.Producers = bytes, r.Segments(), r.ProducerIDs()
		}
		list = append(list, l)
	}
	return list
}
