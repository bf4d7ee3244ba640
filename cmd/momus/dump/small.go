package dump

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"momus/core/fold"
	"momus/core/kafka"
)

// snapshot prints the producers of a producer snapshot.
func (d *dumper) snapshot() error {
	b, err := os.ReadFile(d.file)
	if err != nil {
		return err
	}
	entries, err := fold.ReadSnapshot(b)
	if err != nil {
		d.problem("%s: %v", d.file, err)
		return nil
	}
	for _, e := range entries {
		txn, object := "OptionalLong.empty", map[string]any{
			"producerId": e.Producer, "producerEpoch": e.Epoch, "coordinatorEpoch": e.CoordinatorEpoch, "lastTimestamp": e.Timestamp,
			"lastSequence": e.LastSequence, "lastOffset": e.LastOffset, "offsetDelta": e.OffsetDelta,
		}
		if e.TxnFirst != kafka.NoOffset {
			txn = fmt.Sprintf("OptionalLong[%d]", e.TxnFirst)
			object["currentTxnFirstOffset"] = e.TxnFirst
		}
		line := fmt.Sprintf("producerId: %d producerEpoch: %d coordinatorEpoch: %d currentTxnFirstOffset: %s lastTimestamp: %d",
			e.Producer, e.Epoch, e.CoordinatorEpoch, txn, e.Timestamp)
		if e.LastOffset >= 0 {
			first := e.LastSequence.Add(-e.OffsetDelta)
			line += fmt.Sprintf(" firstSequence: %d lastSequence: %d lastOffset: %d offsetDelta: %d timestamp: %d",
				first, e.LastSequence, e.LastOffset, e.OffsetDelta, e.Timestamp)
		}
		d.say(line, object)
	}
	return nil
}

// checkpoint prints the rows of a checkpoint file: a version, their number, then a row a line.
func (d *dumper) checkpoint(columns ...string) error {
	b, err := os.ReadFile(d.file)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if len(lines) < 2 || lines[0] != "0" || lines[1] != strconv.Itoa(len(lines)-2) || !strings.HasSuffix(string(b), "\n") {
		d.problem("%s is no whole checkpoint of version 0", d.file)
		return nil
	}
	for _, line := range lines[2:] {
		fields := strings.Fields(line)
		if len(fields) != len(columns) {
			d.problem("%s: the row %q has not the fields %s", d.file, line, strings.Join(columns, ", "))
			continue
		}
		object, text := map[string]any{}, make([]string, len(columns))
		for i, column := range columns {
			text[i] = column + ": " + fields[i]
			object[column] = fields[i]
			if n, err := strconv.ParseInt(fields[i], 10, 64); err == nil && column != "topic" {
				object[column] = n
			} else if column != "topic" {
				d.problem("%s: %q is no number", d.file, fields[i])
			}
		}
		d.say(strings.Join(text, " "), object)
	}
	return nil
}

// properties prints key=value or key: value lines.
func (d *dumper) properties() error {
	b, err := os.ReadFile(d.file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		at := strings.IndexAny(line, "=:")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if at < 1 {
			d.problem("%s: %q is no property", d.file, line)
			continue
		}
		name, value := line[:at], strings.TrimSpace(line[at+1:])
		d.say(name+": "+value, map[string]any{name: value})
	}
	return nil
}

// text prints a file of one line as it is.
func (d *dumper) text() error {
	b, err := os.ReadFile(d.file)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(b))
	d.say(text, map[string]any{"text": text})
	return nil
}
