package session

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// OffsetFetch tells which offsets a group committed; of a partition without one, and of a group that is not known,
// it is -1, and no error. From v2 a null list of topics asks for all, from v7 a client may ask for nothing but what no
// transaction may change any more (KIP-447), from v8 for several groups at once (KIP-709), from v9 as a member of
// the consumer protocol (KIP-848), from v10 by topic ids: an offset that was committed of another topic of that name
// is none. Error codes of a whole group stand at its head from v2 on, before that at each partition.
var offsetFetchAPI = api{key: wire.KeyOffsetFetch, min: 1, max: 10, start: (*Session).startOffsetFetch}

func (s *Session) startOffsetFetch(_ kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.OffsetFetchRequest)
	if batched := req.Version >= 8; !batched {
		ask := &msg.OffsetFetch{Group: body.Group, MemberEpoch: -1, RequireStable: body.RequireStable, All: body.Topics == nil}
		for i := range body.Topics {
			t := &body.Topics[i]
			ask.Topics = append(ask.Topics, msg.FetchTopic{Name: t.Topic, Partitions: partitionIDs(t.Partitions)})
		}
		id, o := s.beginGroups(c, req)
		ask.Op = id
		s.askGroups(o, ask)
		return true
	}
	if len(body.Groups) == 0 {
		c.begin()
		s.complete(req.Conn, req.Seq, offsetFetchResponse(req.Version, body, nil, v))
		return true
	}
	byID := req.Version >= 10
	id, o := s.beginGroups(c, req)
	asks := make([]msg.GroupRequest, len(body.Groups))
	for i := range body.Groups {
		g := &body.Groups[i]
		ask := &msg.OffsetFetch{
			Op: id, Slot: int32(i), Group: g.Group, MemberEpoch: g.MemberEpoch, RequireStable: body.RequireStable, All: g.Topics == nil,
		}
		if g.MemberID != nil {
			ask.Member = *g.MemberID
		}
		for j := range g.Topics {
			t := &g.Topics[j]
			topic := msg.FetchTopic{Name: t.Topic, ID: t.TopicID, Partitions: partitionIDs(t.Partitions)}
			if byID {
				named := v.Image.Topic(t.TopicID)
				if named == nil {
					continue // answered for by itself
				}
				topic.Name = named.Name
			}
			ask.Topics = append(ask.Topics, topic)
		}
		asks[i] = ask
	}
	s.askGroups(o, asks...)
	return true
}

func partitionIDs(list []int32) []kafka.PartitionID {
	ids := make([]kafka.PartitionID, len(list))
	for i, p := range list {
		ids[i] = kafka.PartitionID(p)
	}
	return ids
}

func offsetFetchResponse(v kafka.APIVersion, body *kmsg.OffsetFetchRequest, replies []msg.GroupReply, view View) *kmsg.OffsetFetchResponse {
	r := kmsg.NewPtrOffsetFetchResponse()
	r.Version = int16(v)
	if batched := v >= 8; !batched {
		fillFetched(r, v, body, replies[0].(*msg.OffsetFetched))
		return r
	}
	byID := v >= 10
	r.Groups = make([]kmsg.OffsetFetchResponseGroup, len(replies))
	for i := range replies {
		r.Groups[i] = fetchedGroup(&body.Groups[i], replies[i].(*msg.OffsetFetched), byID, view)
	}
	return r
}

// fillFetched is the answer for one group of versions before 8.
func fillFetched(r *kmsg.OffsetFetchResponse, v kafka.APIVersion, body *kmsg.OffsetFetchRequest, reply *msg.OffsetFetched) {
	r.Topics = []kmsg.OffsetFetchResponseTopic{}
	topics := reply.Topics
	if reply.Err != kafka.None {
		if hasError := v >= 2; hasError {
			r.ErrorCode = int16(reply.Err)
			return
		}
		topics = nil
		for i := range body.Topics {
			t := msg.FetchedTopic{Name: body.Topics[i].Topic}
			for _, p := range body.Topics[i].Partitions {
				t.Partitions = append(t.Partitions, msg.FetchedOffset{
					Partition: kafka.PartitionID(p), Err: reply.Err, Offset: kafka.NoOffset, LeaderEpoch: kafka.NoLeaderEpoch,
				})
			}
			topics = append(topics, t)
		}
	}
	for i := range topics {
		t := kmsg.NewOffsetFetchResponseTopic()
		t.Topic, t.Partitions = topics[i].Name, []kmsg.OffsetFetchResponseTopicPartition{}
		for j := range topics[i].Partitions {
			f := &topics[i].Partitions[j]
			p := kmsg.NewOffsetFetchResponseTopicPartition()
			p.Partition, p.Offset, p.LeaderEpoch = int32(f.Partition), int64(f.Offset), int32(f.LeaderEpoch)
			p.Metadata, p.ErrorCode = &f.Metadata, int16(f.Err)
			t.Partitions = append(t.Partitions, p)
		}
		r.Topics = append(r.Topics, t)
	}
}

// fetchedGroup is the answer for one group. Topics of an id that is not known come last, as in Kafka.
func fetchedGroup(asked *kmsg.OffsetFetchRequestGroup, reply *msg.OffsetFetched, byID bool, v View) kmsg.OffsetFetchResponseGroup {
	g := kmsg.NewOffsetFetchResponseGroup()
	g.Group, g.ErrorCode, g.Topics = asked.Group, int16(reply.Err), []kmsg.OffsetFetchResponseGroupTopic{}
	if reply.Err != kafka.None {
		return g
	}
	for i := range reply.Topics {
		found := &reply.Topics[i]
		t := kmsg.NewOffsetFetchResponseGroupTopic()
		t.Topic, t.TopicID = found.Name, found.ID
		if byID && found.ID.IsZero() { // of all offsets: only of topics that there are
			topic := v.Image.TopicNamed(found.Name)
			if topic == nil {
				continue
			}
			t.TopicID = topic.ID
		}
		t.Partitions = make([]kmsg.OffsetFetchResponseGroupTopicPartition, len(found.Partitions))
		for j := range found.Partitions {
			f := &found.Partitions[j]
			p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
			p.Partition, p.Offset, p.LeaderEpoch = int32(f.Partition), int64(f.Offset), int32(f.LeaderEpoch)
			p.Metadata, p.ErrorCode = &f.Metadata, int16(f.Err)
			t.Partitions[j] = p
		}
		g.Topics = append(g.Topics, t)
	}
	if !byID {
		return g
	}
	told := map[kafka.TopicID]bool{}
	for i := range reply.Topics {
		told[reply.Topics[i].ID] = true
	}
	for i := range asked.Topics {
		if !told[asked.Topics[i].TopicID] {
			g.Topics = append(g.Topics, unknownTopic(&asked.Topics[i]))
		}
	}
	return g
}

func unknownTopic(asked *kmsg.OffsetFetchRequestGroupTopic) kmsg.OffsetFetchResponseGroupTopic {
	t := kmsg.NewOffsetFetchResponseGroupTopic()
	t.TopicID, t.Partitions = asked.TopicID, []kmsg.OffsetFetchResponseGroupTopicPartition{}
	for _, id := range asked.Partitions {
		p := kmsg.NewOffsetFetchResponseGroupTopicPartition()
		p.Partition, p.Offset, p.LeaderEpoch = id, int64(kafka.NoOffset), int32(kafka.NoLeaderEpoch)
		p.Metadata, p.ErrorCode = kmsg.StringPtr(""), int16(kafka.ErrUnknownTopicID)
		t.Partitions = append(t.Partitions, p)
	}
	return t
}
