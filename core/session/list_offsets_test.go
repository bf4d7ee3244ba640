package session

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestListOffsetsTellsNothingOfATopicWithoutPartitions(t *testing.T) {
	b := newBench()
	b.open(1)
	body := kmsg.NewPtrListOffsetsRequest()
	body.ReplicaID = -1
	body.Topics = []kmsg.ListOffsetsRequestTopic{
		{Topic: "t"}, {Topic: "u", Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Partition: 99, Timestamp: -1}}},
	}
	b.send(1, 7, body)
	r := b.take().Replies[0].Body.(*kmsg.ListOffsetsResponse)
	if len(r.Topics) != 1 || r.Topics[0].Topic != "u" {
		t.Errorf("%+v", r.Topics)
	}
}
