package checker

import "momus/core/kafka"

// DirsTold is an answer to DescribeLogDirs, of one directory of one node.
type DirsTold struct {
	Client        int32
	Start, Answer Event
	Path          string
	Err           kafka.ErrorCode
	Logs          []LogTold
}

// LogTold is a log as DescribeLogDirs told of it.
type LogTold struct {
	Topic     string
	Partition kafka.PartitionID
	Bytes     int64
	Future    bool
}

// LogFound is what lay in a log directory when the world was at rest, after it was told of: the sum of the
// log's segment files.
type LogFound struct {
	Event Event
	Path  string
	Log   kafka.TopicPartition
	Bytes int64
}

// checkSizes demands of the last answers to DescribeLogDirs, of a world at rest, that they name each log
// that was read to its end once, in the directory where it lies, and say how large its files are. Of a log
// whose start moved after that, less may lie there, and something else of one that was compacted.
func (j *judge) checkSizes() {
	ids := map[string]kafka.TopicID{}
	for i := range j.h.Final {
		ids[j.h.Final[i].Name] = j.h.Final[i].ID
	}
	ids[j.h.OffsetsTopic.Name] = j.h.OffsetsTopic.ID
	found := map[string]map[kafka.TopicPartition]*LogFound{}
	for i := range j.h.LogsFound {
		f := &j.h.LogsFound[i]
		if found[f.Path] == nil {
			found[f.Path] = map[kafka.TopicPartition]*LogFound{}
		}
		found[f.Path][f.Log] = f
	}
	told := map[kafka.TopicPartition]int{}
	for i := range j.h.DirsTold {
		d := &j.h.DirsTold[i]
		for k := range d.Logs {
			l := &d.Logs[k]
			id := kafka.TopicPartition{Topic: ids[l.Topic], Partition: l.Partition}
			if !l.Future {
				told[id]++
			}
			j.checkSize(d, l, id, found[d.Path][id])
			j.report.SizesTold++
		}
	}
	if len(j.h.DirsTold) == 0 {
		return
	}
	for i := range j.h.Reads {
		r := &j.h.Reads[i]
		if n := told[kafka.TopicPartition{Topic: r.ID, Partition: r.Partition}]; n != 1 {
			j.flag(LogDirs, []Event{j.h.DirsTold[0].Start}, "%s-%d: told to be in %d directories", r.Topic, r.Partition, n)
		}
	}
}

func (j *judge) checkSize(d *DirsTold, l *LogTold, id kafka.TopicPartition, f *LogFound) {
	switch {
	case l.Future:
	case f == nil:
		j.flag(LogDirs, []Event{d.Start, d.Answer}, "%s-%d: told to be in %s, where it is not", l.Topic, l.Partition, d.Path)
	case f.Bytes == l.Bytes, l.Topic == j.h.OffsetsTopic.Name: // to which coordinators write of their own
	case f.Bytes < l.Bytes && j.movedSince(id, d.Start):
	case j.shrunkSince(id, d.Start):
	default:
		j.flag(LogDirs, []Event{d.Start, d.Answer}, "%s-%d: told to have %d bytes in %s, and has %d", l.Topic, l.Partition, l.Bytes, d.Path, f.Bytes)
	}
}

// movedSince tells whether the start of a log moved after an event.
func (j *judge) movedSince(id kafka.TopicPartition, since Event) bool {
	for i := range j.h.StartMoves {
		if m := &j.h.StartMoves[i]; m.Log == id && m.Event > since {
			return true
		}
	}
	return false
}
