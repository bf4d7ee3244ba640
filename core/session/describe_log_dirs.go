package session

import (
	"slices"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeLogDirs tells of each of the broker's log.dirs which logs it holds and how large they are
// (KIP-113), and from v4 on how large its file system is (KIP-827). Null asks for all topics; a partition
// that is not here, or of which the log is not open, is left out, and one that is named twice is told
// once. A directory that is offline is KAFKA_STORAGE_ERROR; one whose file system does not answer is
// UNKNOWN_SERVER_ERROR, as in Kafka, where it stays online. From v5 on it is told whether a directory is
// cordoned (KIP-1066). The metadata log is no log of a partition and is not listed.
var describeLogDirsAPI = api{key: wire.KeyDescribeLogDirs, min: 1, max: 5, start: (*Session).startDescribeLogDirs}

// logDirsOp is a DescribeLogDirs under way: what was found, while the file systems are asked.
type logDirsOp struct {
	reading int32
	dirs    []logDirSlot
	// copies are the future logs among them; the reads of their progress come after those of the directories.
	copies []copySlot
}

// copySlot is where a future log stands.
type copySlot struct{ dir, log int32 }

type logDirSlot struct {
	dir           msg.LogDir
	err           kafka.ErrorCode
	total, usable int64
	cordoned      bool
}

func (s *Session) startDescribeLogDirs(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.DescribeLogDirsRequest)
	type partition struct {
		topic  string
		number int32
	}
	asked := map[partition]bool{}
	for i := range body.Topics {
		for _, p := range body.Topics[i].Partitions {
			asked[partition{body.Topics[i].Topic, p}] = true
		}
	}
	id, o := s.beginOp(c, req)
	l := &logDirsOp{}
	o.dirs = l
	broker := v.Image.Broker(s.cfg.NodeID)
	for _, dir := range v.Replicas.LogDirs(func(topic string, number kafka.PartitionID) bool {
		return body.Topics == nil || asked[partition{topic, int32(number)}]
	}) {
		slot := logDirSlot{dir: dir, total: unknownBytes, usable: unknownBytes}
		if dir.Dir.IsZero() {
			slot.err = kafka.ErrKafkaStorageError
		} else {
			slot.cordoned = broker != nil && slices.Contains(broker.Cordoned, dir.Dir)
			s.Out.Reads = append(s.Out.Reads, port.Read{ID: s.newRead(id, int32(len(l.dirs))), Kind: port.ReadSpace, Dir: dir.Dir})
			l.reading++
		}
		for i := range dir.Logs {
			if dir.Logs[i].Future {
				l.copies = append(l.copies, copySlot{int32(len(l.dirs)), int32(i)})
			}
		}
		l.dirs = append(l.dirs, slot)
	}
	for i, c := range l.copies {
		s.Out.Reads = append(s.Out.Reads, port.Read{
			ID: s.newRead(id, int32(len(l.dirs)+i)), Kind: port.ReadCopied, Log: l.dirs[c.dir].dir.Logs[c.log].Log,
		})
		l.reading++
	}
	if l.reading == 0 {
		s.finish(id, o, l.response(o.version))
	}
	return true
}

// unknownBytes stands for the size of a file system that is not known.
const unknownBytes = -1

// spaceRead takes what a file system said of itself, or how far a copy is.
func (s *Session) spaceRead(id msg.Op, o *op, at int32, d *port.ReadDone) {
	l := o.dirs
	if int(at) < len(l.dirs) {
		l.dirs[at].space(d)
	} else if c := l.copies[int(at)-len(l.dirs)]; int(c.log) < len(l.dirs[c.dir].dir.Logs) {
		log := &l.dirs[c.dir].dir.Logs[c.log]
		log.Bytes, log.Lag = d.TotalBytes, max(log.End-d.Next, 0)
	}
	if l.reading--; l.reading == 0 {
		s.finish(id, o, l.response(o.version))
	}
}

// space takes what the file system of a directory said. Of one that did not answer, nothing is told.
func (slot *logDirSlot) space(d *port.ReadDone) {
	if d.Fail == port.FailNone {
		slot.total, slot.usable = d.TotalBytes, d.UsableBytes
	} else {
		*slot = logDirSlot{dir: msg.LogDir{Path: slot.dir.Path}, err: kafka.ErrUnknownServerError, total: unknownBytes, usable: unknownBytes}
	}
}

func (l *logDirsOp) response(version kafka.APIVersion) *kmsg.DescribeLogDirsResponse {
	r := kmsg.NewPtrDescribeLogDirsResponse()
	r.Version = int16(version)
	r.Dirs = make([]kmsg.DescribeLogDirsResponseDir, len(l.dirs))
	for i := range l.dirs {
		slot, told := &l.dirs[i], &r.Dirs[i]
		told.Default()
		told.ErrorCode, told.Dir = int16(slot.err), slot.dir.Path
		told.TotalBytes, told.UsableBytes, told.IsCordoned = slot.total, slot.usable, slot.cordoned
		told.Topics = topicsOf(slot.dir.Logs)
	}
	return r
}

// topicsOf puts the logs of a directory, which are in order, under their topics.
func topicsOf(logs []msg.LogSize) []kmsg.DescribeLogDirsResponseDirTopic {
	var topics []kmsg.DescribeLogDirsResponseDirTopic
	for i := range logs {
		if n := len(topics); n == 0 || topics[n-1].Topic != logs[i].Topic {
			t := kmsg.NewDescribeLogDirsResponseDirTopic()
			t.Topic = logs[i].Topic
			topics = append(topics, t)
		}
		p := kmsg.NewDescribeLogDirsResponseDirTopicPartition()
		p.Partition, p.Size = int32(logs[i].Partition), logs[i].Bytes
		p.OffsetLag, p.IsFuture = int64(logs[i].Lag), logs[i].Future
		t := &topics[len(topics)-1]
		t.Partitions = append(t.Partitions, p)
	}
	return topics
}
