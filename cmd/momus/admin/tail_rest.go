package admin

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// idleStep is how long nothing may come before it is asked whether anything is left. For how long nothing may
// come while something is, the session's timeout says.
const idleStep = time.Second

// rest is what is left to read of a topic's partitions.
type rest struct {
	topic string
	// next is the offset behind the last record that was read, left the ends that are not reached, got says of
	// which partitions there was a record.
	next, left map[int32]int64
	got        map[int32]bool
	// came is when the last record did, why what went wrong since then.
	came time.Time
	why  error
}

func newRest(topic string) *rest {
	return &rest{topic: topic, next: map[int32]int64{}, left: map[int32]int64{}, got: map[int32]bool{}}
}

// read says that a record was.
func (r *rest) read(p int32, offset int64) {
	r.next[p], r.got[p], r.came, r.why = offset+1, true, time.Now(), nil
	if end, ok := r.left[p]; ok && offset+1 >= end {
		delete(r.left, p)
	}
}

// idle is asked when nothing came for a while. Behind the last record there may be offsets that compaction took;
// then nothing is left. Otherwise records are missing, and it is an error if none came for the timeout.
func (s *session) idle(ctx context.Context, r *rest) error {
	until := r.came.Add(s.timeout)
	asking, cancel := context.WithTimeout(ctx, max(time.Until(until), idleStep))
	defer cancel()
	err := s.settle(asking, r)
	if err != nil && asking.Err() != nil {
		err = asking.Err() // a dialer, too, tells that there was no time, but as if nobody listened
	}
	if err == nil || r.why == nil || !errors.Is(err, context.DeadlineExceeded) {
		r.why = err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(r.left) == 0 || time.Now().Before(until):
		return nil
	}
	var all []string
	for _, p := range slices.Sorted(maps.Keys(r.left)) {
		all = append(all, fmt.Sprintf("%s:%d from offset %d to %d", r.topic, p, r.next[p], r.left[p]-1))
	}
	why := fmt.Sprintf("nothing came for %s; --timeout gives it longer", s.timeout)
	if r.why != nil {
		why = s.explain(r.why).Error()
	}
	return fmt.Errorf("not everything was read, %s is left: %s", strings.Join(all, ", "), why)
}

// settle takes the partitions out of which nothing can be read any more from those that are left.
func (s *session) settle(ctx context.Context, r *rest) error {
	partitions := slices.Sorted(maps.Keys(r.left))
	details, err := s.topics(ctx, []string{r.topic})
	if err != nil {
		return err
	}
	spans, err := s.ends(ctx, r.topic, partitions)
	if err != nil {
		return err
	}
	for _, p := range partitions {
		end, at := min(r.left[p], spans[p].end), max(r.next[p], spans[p].start)
		for at < end {
			beyond, err := s.beyond(ctx, details[r.topic], p, at, r.got[p])
			if err != nil {
				return err
			}
			if beyond <= at {
				break
			}
			at = beyond
		}
		if at >= end {
			delete(r.left, p)
		}
	}
	return nil
}

// probeBytes is how much of a partition is looked at to tell whether a record follows.
const probeBytes = 1 << 20

// beyond asks a partition's leader what follows an offset: if nothing, it is the high watermark, if batches
// without records, which compaction leaves for the sake of their producers, the offset behind them. It is the
// offset itself if a record follows, and if a quota keeps the leader from telling. A batch that the offset lies
// in was given out whole if anything was read.
func (s *session) beyond(ctx context.Context, t kadm.TopicDetail, p int32, at int64, got bool) (int64, error) {
	req := kmsg.NewPtrFetchRequest()
	req.MinBytes, req.MaxBytes = 1, probeBytes
	topic, part := kmsg.NewFetchRequestTopic(), kmsg.NewFetchRequestTopicPartition()
	part.Partition, part.FetchOffset, part.PartitionMaxBytes = p, at, probeBytes
	topic.Topic, topic.TopicID = t.Topic, t.ID
	topic.Partitions = []kmsg.FetchRequestTopicPartition{part}
	req.Topics = []kmsg.FetchRequestTopic{topic}
	answer, err := req.RequestWith(ctx, s.cl.Broker(int(t.Partitions[p].Leader)))
	if err != nil {
		return at, err
	}
	name := fmt.Sprintf("%s:%d", t.Topic, p)
	if err := kerr.ErrorForCode(answer.ErrorCode); err != nil {
		return at, refusal(name, err, "")
	}
	if len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 || answer.Topics[0].Partitions[0].Partition != p {
		return at, nil // a broker without time may leave it out
	}
	found := &answer.Topics[0].Partitions[0]
	if err := kerr.ErrorForCode(found.ErrorCode); err != nil {
		return at, refusal(name, err, "")
	}
	if len(found.RecordBatches) == 0 && answer.ThrottleMillis == 0 {
		return max(found.HighWatermark, at), nil
	}
	return behindBatches(found.RecordBatches, at, got), nil
}

// behindBatches is the offset behind batches that hold no record from an offset on, as far as none does.
func behindBatches(b []byte, at int64, got bool) int64 {
	// Where the fields of a batch's header are, and how long it is (KIP-98).
	const lengthAt, magicAt, lastAt, countAt, header = 8, 16, 23, 57, 61
	for len(b) >= header && b[magicAt] == 2 {
		base, count := int64(binary.BigEndian.Uint64(b)), binary.BigEndian.Uint32(b[countAt:])
		size := lengthAt + 4 + int64(binary.BigEndian.Uint32(b[lengthAt:]))
		behind := base + int64(int32(binary.BigEndian.Uint32(b[lastAt:]))) + 1
		if behind > at && count > 0 && (base >= at || !got) {
			break
		}
		at = max(at, behind)
		b = b[min(size, int64(len(b))):]
	}
	return at
}
