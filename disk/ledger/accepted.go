package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"momus/core/kafka"
	"momus/core/port"
	"momus/disk"
)

// momus-accepted stands in a log directory and names the partitions that are to go on there, with whatever
// is there of them, in the place of what a lost directory held: version, count, "topic partition
// directory" lines. A line counts only while the metadata assigns the partition to that directory, so it
// can stay.

func appendAccepted(b []byte, list []port.AcceptedLoss) []byte {
	b = fmt.Appendf(b, "%s\n%d\n", checkpointVersion, len(list))
	for _, a := range list {
		b = fmt.Appendf(b, "%s %d %s\n", a.Topic, a.Partition, a.Lost)
	}
	return b
}

func parseAccepted(text string) ([]port.AcceptedLoss, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != checkpointVersion {
		return nil, fmt.Errorf("line 1: version %q is not known", lines[0])
	}
	if len(lines) < 2 || lines[1] != strconv.Itoa(len(lines)-2) {
		return nil, fmt.Errorf("line 2: there are %d partitions, and it does not count so many", len(lines)-2)
	}
	var list []port.AcceptedLoss
	for i, line := range lines[2:] {
		fields := strings.Split(line, " ")
		bad := fmt.Errorf("line %d: %q is no topic, partition and directory", i+3, line)
		if len(fields) != 3 || fields[0] == "" {
			return nil, bad
		}
		partition, err := strconv.ParseUint(fields[1], 10, 31)
		lost, ok := kafka.ParseUUID(fields[2])
		if err != nil || !ok || lost.IsZero() {
			return nil, bad
		}
		list = append(list, port.AcceptedLoss{Topic: fields[0], Partition: kafka.PartitionID(partition), Lost: lost})
	}
	return list, nil
}

// Accept adds a line to momus-accepted of a log directory, durably, unless it is there.
func Accept(fs disk.FS, dir string, a port.AcceptedLoss) error {
	list, _, err := optional(fs, dir+"/"+acceptedFile, parseAccepted)
	if err != nil || slices.Contains(list, a) {
		return err
	}
	return saveFile(fs, dir, acceptedFile, appendAccepted(nil, append(list, a)))
}
