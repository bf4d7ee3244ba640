package clients

import (
	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// survey asks the next node for its log directories.
func (r *Reader) survey() {
	l := &r.links[r.surveyed]
	if !l.room(1) {
		return
	}
	r.busy, r.began = true, r.event()
	l.send(logDirsRequest(r.speaks.logDirs), call{kind: callLogDirs})
}

// logDirsRequest asks for all logs in all directories.
func logDirsRequest(version int16) kmsg.Request {
	r := kmsg.NewPtrDescribeLogDirsRequest()
	r.Version = version
	return r
}

// dirsTold records what a node tells of its directories.
func (s *shared) dirsTold(client int32, r *kmsg.DescribeLogDirsResponse, began checker.Event) {
	answer := s.event()
	if r.ErrorCode != 0 || len(r.Dirs) == 0 {
		s.odd(client, "a DescribeLogDirs answer without directories")
	}
	for i := range r.Dirs {
		d := &r.Dirs[i]
		told := checker.DirsTold{Client: client, Start: began, Answer: answer, Path: d.Dir, Err: kafka.ErrorCode(d.ErrorCode)}
		if told.Err == kafka.None && r.Version >= spaceKnown && (d.TotalBytes <= 0 || d.UsableBytes > d.TotalBytes) {
			s.odd(client, d.Dir+" is told to have no space, or more than there is")
		}
		for j := range d.Topics {
			for k := range d.Topics[j].Partitions {
				p := &d.Topics[j].Partitions[k]
				told.Logs = append(told.Logs, checker.LogTold{
					Topic: d.Topics[j].Topic, Partition: kafka.PartitionID(p.Partition), Bytes: p.Size, Future: p.IsFuture,
				})
			}
		}
		s.history.DirsTold = append(s.history.DirsTold, told)
	}
}

// spaceKnown is the first version that tells the size of a directory's file system.
const spaceKnown = 4
