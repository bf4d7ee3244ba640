package session

import (
	"testing"

	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestDescribeProducersTellsNamesThatNoTopicMayHave(t *testing.T) {
	for name, want := range map[string]kafka.ErrorCode{
		"a b": kafka.ErrInvalidTopicException, "": kafka.ErrInvalidTopicException, "..": kafka.ErrInvalidTopicException,
		"nowhere": kafka.ErrUnknownTopicOrPartition,
	} {
		b := newBench()
		b.open(1)
		body := kmsg.NewPtrDescribeProducersRequest()
		body.Topics = []kmsg.DescribeProducersRequestTopic{{Topic: name, Partitions: []int32{0}}}
		b.send(1, 0, body)
		p := b.take().Replies[0].Body.(*kmsg.DescribeProducersResponse).Topics[0].Partitions[0]
		if kafka.ErrorCode(p.ErrorCode) != want || p.ErrorMessage == nil {
			t.Errorf("%q: %v", name, kafka.ErrorCode(p.ErrorCode))
		}
	}
}
