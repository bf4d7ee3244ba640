package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// parsePartitionMetadata reads partition.metadata, which the partition's own writer makes: the
// topic's id, by which a directory of an older topic of the same name is told apart (KIP-516).
func parsePartitionMetadata(text string) (kafka.TopicID, error) {
	values, err := parseProperties(text)
	if err != nil {
		return kafka.TopicID{}, err
	}
	if values["version"] != "0" {
		return kafka.TopicID{}, fmt.Errorf("version %q is not known", values["version"])
	}
	id, ok := kafka.ParseUUID(values["topic_id"])
	if !ok || id.IsZero() {
		return kafka.TopicID{}, fmt.Errorf("topic_id %q is not an id", values["topic_id"])
	}
	return id, nil
}

// parseLogDir reads topic-partition. Directories that end in -delete, -future or -stray are no
// logs by this rule, and neither is anything else that does not end in a number.
func parseLogDir(name string) (topic string, partition kafka.PartitionID, ok bool) {
	at := strings.LastIndexByte(name, '-')
	if at <= 0 {
		return "", 0, false
	}
	number, err := strconv.ParseUint(name[at+1:], 10, 31)
	if err != nil || strconv.FormatUint(number, 10) != name[at+1:] {
		return "", 0, false
	}
	return name[:at], kafka.PartitionID(number), true
}

// parseFuture reads topic-partition.ID-future, the name of a copy that is to become a log.
func parseFuture(name string) (topic string, partition kafka.PartitionID, ok bool) {
	log, ok := strings.CutSuffix(name, futureSuffix)
	at := strings.LastIndexByte(log, '.')
	if !ok || at < 0 {
		return "", 0, false
	}
	return parseLogDir(log[:at])
}

// readLogs lists the partitions in a log directory, by topic and partition, and the copies that were to
// become one.
func readLogs(fs disk.FS, dir string) (logs []port.LogName, futures []port.FutureLog, err error) {
	entries, err := fs.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, e := range entries {
		topic, partition, ok := parseLogDir(e.Name)
		if !ok && e.Dir {
			if topic, partition, ok := parseFuture(e.Name); ok {
				id, err := readTopicID(fs, dir+"/"+e.Name+"/"+partitionMetadata)
				futures = append(futures, port.FutureLog{
					LogName: port.LogName{Topic: topic, Partition: partition, TopicID: id}, Name: e.Name,
				})
				errs = append(errs, err)
			}
		}
		if !ok || !e.Dir {
			continue
		}
		id, err := readTopicID(fs, dir+"/"+e.Name+"/"+partitionMetadata)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		logs = append(logs, port.LogName{Topic: topic, Partition: partition, TopicID: id})
	}
	slices.SortFunc(logs, func(a, b port.LogName) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return logs, futures, errors.Join(errs...)
}

// The suffixes of a copy, and of what is removed by whoever first opens a log in the directory.
const (
	futureSuffix = "-future"
	deleteSuffix = "-delete"
)

// promoteFuture gives a copy the name of its log.
func promoteFuture(fs disk.FS, dir string, s *port.Save) error {
	name := s.Checkpoints[0].Topic + "-" + strconv.Itoa(int(s.Checkpoints[0].Partition))
	if err := fs.Rename(dir+"/"+s.Future, dir+"/"+name); err != nil {
		return err
	}
	return fs.SyncDir(dir)
}

// awayTries is how many names are tried for what is to be removed: others may not be gone yet.
const awayTries = 8

// discardFuture renames a copy so that it is removed.
func discardFuture(fs disk.FS, dir, future string) error {
	name := strings.TrimSuffix(future, futureSuffix)
	var err error
	for try := range awayTries {
		// The last digit of the id stands for the number.
		err = fs.Rename(dir+"/"+future, dir+"/"+name[:len(name)-1]+strconv.Itoa(try)+deleteSuffix)
		if err == nil {
			return fs.SyncDir(dir)
		}
		if !errors.Is(err, disk.ErrExist) {
			break
		}
	}
	return err
}

// readTopicID gives the id of a partition's topic, or zero if the file is missing or cannot be
// understood. It is made durable together with the log's first flush: if a power loss left
// something else in its place, nothing in that directory was ever flushed.
func readTopicID(fs disk.FS, path string) (kafka.TopicID, error) {
	text, err := readFile(fs, path)
	if errors.Is(err, disk.ErrNotExist) {
		return kafka.TopicID{}, nil
	}
	if err != nil {
		return kafka.TopicID{}, err
	}
	id, err := parsePartitionMetadata(string(text))
	if err != nil {
		return kafka.TopicID{}, nil
	}
	return id, nil
}

// nameBytesMax is how long a name may be on the file systems that there are.
const nameBytesMax = 255

// markStray renames a partition's directory to topic-partition.ID-stray, as Kafka names it. The id
// is the first number from seq on that is free.
func markStray(fs disk.FS, dir string, s *port.Save) error {
	entries, err := fs.ReadDir(dir)
	if err != nil {
		return err
	}
	name := s.Checkpoints[0].Topic + "-" + strconv.Itoa(int(s.Checkpoints[0].Partition))
	for seq := s.Seq; ; seq++ {
		suffix := fmt.Sprintf(".%032x-stray", seq)
		stray := name[:min(len(name), nameBytesMax-len(suffix))] + suffix
		if slices.ContainsFunc(entries, func(e disk.Entry) bool { return e.Name == stray }) {
			continue
		}
		if err := fs.Rename(dir+"/"+cmp.Or(s.Future, name), dir+"/"+stray); err != nil {
			return err
		}
		return fs.SyncDir(dir)
	}
}
