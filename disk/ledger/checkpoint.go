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

// offsetLine is a line of an offset checkpoint file.
type offsetLine struct {
	topic     string
	partition kafka.PartitionID
	offset    kafka.Offset
}

func (l offsetLine) compare(topic string, partition kafka.PartitionID) int {
	return cmp.Or(strings.Compare(l.topic, topic), cmp.Compare(l.partition, partition))
}

// checkpointVersion is the only version of the format that there is.
const checkpointVersion = "0"

// appendCheckpoint writes an offset checkpoint file: version, count, "topic partition offset" lines.
func appendCheckpoint(b []byte, lines []offsetLine) []byte {
	b = fmt.Appendf(b, "%s\n%d\n", checkpointVersion, len(lines))
	for _, l := range lines {
		b = append(append(b, l.topic...), ' ')
		b = append(strconv.AppendInt(b, int64(l.partition), 10), ' ')
		b = append(strconv.AppendInt(b, int64(l.offset), 10), '\n')
	}
	return b
}

// parseCheckpoint reads an offset checkpoint file, sorted. Kafka leaves an empty file before its
// first checkpoint.
func parseCheckpoint(text string) ([]offsetLine, error) {
	if text == "" {
		return nil, nil
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != checkpointVersion {
		return nil, fmt.Errorf("line 1: version %q is not known", lines[0])
	}
	if len(lines) < 2 {
		return nil, errors.New("line 2: the count is missing")
	}
	count, err := strconv.ParseUint(lines[1], 10, 31)
	if err != nil {
		return nil, fmt.Errorf("line 2: %q is no count", lines[1])
	}
	if int(count) != len(lines)-2 {
		return nil, fmt.Errorf("line 2: it counts %d lines, and there are %d", count, len(lines)-2)
	}
	var list []offsetLine
	for i, line := range lines[2:] {
		l, ok := parseOffsetLine(line)
		if !ok {
			return nil, fmt.Errorf("line %d: %q is no topic, partition and offset", i+3, line)
		}
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b offsetLine) int { return a.compare(b.topic, b.partition) })
	for i := 1; i < len(list); i++ {
		if l := list[i]; list[i-1].compare(l.topic, l.partition) == 0 {
			return nil, fmt.Errorf("%s-%d is listed twice", l.topic, l.partition)
		}
	}
	return list, nil
}

func parseOffsetLine(line string) (l offsetLine, ok bool) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 || fields[0] == "" {
		return l, false
	}
	partition, err1 := strconv.ParseUint(fields[1], 10, 31)
	offset, err2 := strconv.ParseUint(fields[2], 10, 63)
	return offsetLine{fields[0], kafka.PartitionID(partition), kafka.Offset(offset)}, err1 == nil && err2 == nil
}

// kinds are the four offset checkpoints with the field that each holds.
var kinds = [...]struct {
	file  string
	field func(*port.Checkpoint) *kafka.Offset
}{
	{recoveryFile, func(c *port.Checkpoint) *kafka.Offset { return &c.RecoveryPoint }},
	{logStartFile, func(c *port.Checkpoint) *kafka.Offset { return &c.LogStart }},
	{highWatermarkFile, func(c *port.Checkpoint) *kafka.Offset { return &c.HighWatermark }},
	{cleanerFile, func(c *port.Checkpoint) *kafka.Offset { return &c.Clean }},
}

// saveCheckpoints replaces the four files. Each is whole by itself; a crash between them leaves
// offsets of two moments, which every reader must be able to live with, as in Kafka. Where nothing was
// ever compacted there is no file for that.
func saveCheckpoints(fs disk.FS, dir string, list []port.Checkpoint) error {
	for _, kind := range kinds {
		var lines []offsetLine
		for i := range list {
			if offset := *kind.field(&list[i]); offset >= 0 {
				lines = append(lines, offsetLine{list[i].Topic, list[i].Partition, offset})
			}
		}
		if kind.file == cleanerFile && len(lines) == 0 {
			if there, err := exists(fs, dir+"/"+kind.file); err != nil {
				return err
			} else if !there {
				continue
			}
		}
		if err := replaceFile(fs, dir, kind.file, appendCheckpoint(nil, lines)); err != nil {
			return err
		}
	}
	return fs.SyncDir(dir)
}

// exists tells whether there is a file of a name.
func exists(fs disk.FS, path string) (bool, error) {
	f, err := fs.Open(path)
	if errors.Is(err, disk.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, f.Close()
}

// readCheckpoints joins the four files, sorted by topic and partition.
func readCheckpoints(fs disk.FS, dir string) ([]port.Checkpoint, error) {
	var list []port.Checkpoint
	var errs []error
	for _, kind := range kinds {
		lines, _, err := optional(fs, dir+"/"+kind.file, parseCheckpoint)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, l := range lines {
			at, found := slices.BinarySearchFunc(list, l, func(c port.Checkpoint, l offsetLine) int {
				return -l.compare(c.Topic, c.Partition)
			})
			if !found {
				list = slices.Insert(list, at, port.Checkpoint{
					Topic: l.topic, Partition: l.partition,
					RecoveryPoint: kafka.NoOffset, LogStart: kafka.NoOffset, HighWatermark: kafka.NoOffset, Clean: kafka.NoOffset,
				})
			}
			*kind.field(&list[at]) = l.offset
		}
	}
	return list, errors.Join(errs...)
}
