package session

import (
	"math"
	"slices"
	"strings"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DescribeTopicPartitions tells of topics, or of all if none is named, ordered by name, with the eligible
// leader replicas of their partitions (KIP-966). An answer holds at most so many partitions as the request
// and max.request.partition.size.limit say, and a cursor where the next one is to go on. With a list, the
// cursor's topic must be in it, though it need not exist any more. What makes no sense is INVALID_REQUEST
// for each topic of the list.
var describeTopicPartitionsAPI = api{key: wire.KeyDescribeTopicPartitions, min: 0, max: 0, start: (*Session).startDescribeTopicPartitions}

func (s *Session) startDescribeTopicPartitions(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	c.begin()
	body := req.Body.(*kmsg.DescribeTopicPartitionsRequest)
	r := kmsg.NewPtrDescribeTopicPartitionsResponse()
	r.Version, r.Topics = int16(req.Version), []kmsg.DescribeTopicPartitionsResponseTopic{}
	d := partitionsDescription{
		metadata: metadata{s: s, img: v.Image, listener: c.listener}, r: r, cursor: body.Cursor,
		room: int(max(min(s.cfg.DescribedPartitionsMax, body.ResponsePartitionLimit), 1)),
		all:  len(body.Topics) == 0,
	}
	names := d.wanted(body)
	switch cursor := body.Cursor; {
	case cursor != nil && (cursor.Partition < 0 || !d.all && !slices.Contains(names, cursor.Topic)):
		for i := range body.Topics {
			t := d.topic(body.Topics[i].Topic, kafka.ErrInvalidRequest)
			t.IsInternal, t.AuthorizedOperations = false, math.MinInt32
			r.Topics = append(r.Topics, t)
		}
	default:
		for _, name := range names {
			if !d.add(name) {
				break
			}
		}
	}
	s.complete(req.Conn, req.Seq, r)
	return true
}

// partitionsDescription gathers one answer.
type partitionsDescription struct {
	metadata
	r      *kmsg.DescribeTopicPartitionsResponse
	cursor *kmsg.DescribeTopicPartitionsRequestCursor
	// room is for how many partitions there still is.
	room int
	// all says that no topic was named, so that one that is gone is left out.
	all bool
}

// wanted lists the names from the cursor on.
func (d *partitionsDescription) wanted(body *kmsg.DescribeTopicPartitionsRequest) []string {
	from := ""
	if body.Cursor != nil {
		from = body.Cursor.Topic
	}
	if d.all {
		at, _ := slices.BinarySearch(d.img.Names, from)
		return d.img.Names[at:]
	}
	var names []string
	for i := range body.Topics {
		if name := body.Topics[i].Topic; name >= from {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// add answers for one topic, or sets the cursor to it, and tells whether the next one has its turn.
func (d *partitionsDescription) add(name string) bool {
	if d.room == 0 {
		d.next(name, 0)
		return false
	}
	topic := d.img.TopicNamed(name)
	if topic == nil {
		code := kafka.ErrUnknownTopicOrPartition
		if kafka.InvalidTopicName(name) != "" {
			code = kafka.ErrInvalidTopicException
		}
		d.fail(name, code)
		return true
	}
	from := 0
	if d.cursor != nil && d.cursor.Topic == name {
		from = int(d.cursor.Partition)
	}
	end := min(len(topic.Partitions), from+d.room)
	t := d.topic(name, kafka.None)
	t.TopicID = topic.ID
	for i := from; i < end; i++ {
		t.Partitions = append(t.Partitions, d.partition(kafka.PartitionID(i), &topic.Partitions[i]))
	}
	d.r.Topics = append(d.r.Topics, t)
	if end < len(topic.Partitions) {
		d.next(name, end)
		return false
	}
	d.room -= len(t.Partitions)
	return true
}

func (d *partitionsDescription) next(name string, partition int) {
	d.r.NextCursor = &kmsg.DescribeTopicPartitionsResponseNextCursor{Topic: strings.Clone(name), Partition: int32(partition)}
}

func (d *partitionsDescription) fail(name string, code kafka.ErrorCode) {
	d.r.Topics = append(d.r.Topics, d.topic(name, code))
}

func (d *partitionsDescription) topic(name string, code kafka.ErrorCode) kmsg.DescribeTopicPartitionsResponseTopic {
	t := kmsg.NewDescribeTopicPartitionsResponseTopic()
	t.Topic, t.ErrorCode, t.IsInternal = kmsg.StringPtr(name), int16(code), isInternal(name)
	t.AuthorizedOperations = allTopicOperations
	t.Partitions = []kmsg.DescribeTopicPartitionsResponseTopicPartition{}
	return t
}

// partition answers for one partition. A leader that clients can't reach is none.
func (d *partitionsDescription) partition(id kafka.PartitionID, p *image.Partition) kmsg.DescribeTopicPartitionsResponseTopicPartition {
	r := kmsg.NewDescribeTopicPartitionsResponseTopicPartition()
	r.Partition, r.LeaderID, r.LeaderEpoch = int32(id), int32(kafka.NoNode), int32(p.LeaderEpoch)
	if leader := d.img.Broker(p.Leader); leader != nil && !leader.Fenced {
		if _, _, reachable := endpoint(leader, d.listener); reachable {
			r.LeaderID = int32(p.Leader)
		}
	}
	r.Replicas, r.ISR, r.OfflineReplicas = d.visible(p.Replicas), d.visible(p.ISR), d.offline(p)
	r.EligibleLeaderReplicas, r.LastKnownELR = d.visible(p.ELR), d.visible(p.LastKnownELR)
	return r
}
