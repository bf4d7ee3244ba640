package cluster

import "momus/core"

// NoteFields are the keys and values of a note's log line; what does not count for its kind is left
// out.
func NoteFields(n *core.Note) []any {
	var fields []any
	if n.Topic != "" {
		fields = append(fields, "topic", n.Topic)
	}
	ofTopic := n.Kind == core.NoteTopicCreated || n.Kind == core.NoteTopicDeleted
	if n.Topic != "" && !ofTopic {
		fields = append(fields, "partition", int32(n.Log.Partition))
	}
	if n.From != 0 || n.To != 0 {
		fields = append(fields, "from", int64(n.From), "to", int64(n.To))
	}
	if n.Text != "" {
		fields = append(fields, "detail", n.Text)
	}
	return fields
}

// Level is that of a note's log line, in the numbers of log/slog. Those of which there may be thousands at a
// time, with nothing in them that an operator must know, are for debugging: flushes, one for each batch with
// flush.messages=1; and at a start the logs one by one, whose number is told, and the partitions of __consumer_offsets;
// groups whose offsets expire.
func Level(k core.NoteKind) int {
	switch k {
	case core.NoteFlushed, core.NoteLogOpened, core.NoteLeader, core.NoteGroupsLoaded, core.NoteGroupsUnloaded, core.NoteOffsetsExpired:
		return -4
	case core.NoteLogFailed, core.NoteDirFailed, core.NoteSnapshotDamaged, core.NoteGroupsBroken, core.NoteTopicNotCreated:
		return 8
	}
	return 0
}
