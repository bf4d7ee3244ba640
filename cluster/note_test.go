package cluster

import (
	"testing"

	"momus/core"
	"momus/core/kafka"

	"github.com/google/go-cmp/cmp"
)

func TestNoteFieldsLeaveOutWhatDoesNotCount(t *testing.T) {
	log := kafka.TopicPartition{Topic: kafka.TopicID{1}, Partition: 3}
	for _, test := range []struct {
		note core.Note
		want []any
	}{
		{core.Note{Kind: core.NoteReady}, nil},
		{core.Note{Kind: core.NoteTopicCreated, Topic: "t", Log: log}, []any{"topic", "t"}},
		{core.Note{Kind: core.NoteLeader, Topic: "t", Log: log, Text: "epoch 0"},
			[]any{"topic", "t", "partition", int32(3), "detail", "epoch 0"}},
		{core.Note{Kind: core.NoteFlushed, Topic: "t", Log: log, To: 5},
			[]any{"topic", "t", "partition", int32(3), "from", int64(0), "to", int64(5)}},
	} {
		if diff := cmp.Diff(test.want, NoteFields(&test.note)); diff != "" {
			t.Errorf("%v: %s", test.note.Kind, diff)
		}
	}
}
