package admin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// recordRow is a record; bytes that are no text stand in base64 under a name that says so.
type recordRow struct {
	Topic       string            `json:"topic"`
	Partition   int32             `json:"partition"`
	Offset      int64             `json:"offset"`
	Timestamp   int64             `json:"timestamp"`
	Key         *string           `json:"key"`
	KeyBase64   []byte            `json:"keyBase64,omitempty"`
	Value       *string           `json:"value"`
	ValueBase64 []byte            `json:"valueBase64,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
}

// tailing is what `log tail` was asked for.
type tailing struct {
	from   string
	most   int
	follow bool
}

func logTail(s *session) *cobra.Command {
	var t tailing
	cmd := &cobra.Command{
		Use:   "tail TOPIC[:PARTITION,...]",
		Short: "Print the last records of a topic, and with --follow those that come",
		Example: `  momus log tail orders
  momus log tail orders:0 --from 1500 -n 100 -o json
  momus log tail orders --follow`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.topicNames(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			after, err := t.begin()
			if err != nil {
				return err
			}
			return s.run(func(ctx context.Context, args []string) error {
				return s.tail(ctx, cmd.Context(), args[0], after, &t)
			})(cmd, args)
		},
	}
	cmd.Flags().StringVar(&t.from, "from", "", "start, end, an offset, or a time as 2026-01-31T10:00:00Z; without it, the last --max records of each partition")
	cmd.Flags().IntVarP(&t.most, "max", "n", 10, "how many records of each partition at most; 0 is all")
	cmd.Flags().BoolVarP(&t.follow, "follow", "f", false, "go on with what comes")
	return cmd
}

// begin checks how much is wanted, and where reading shall begin; where that is a time, it is that in milliseconds, and -1 otherwise.
func (t *tailing) begin() (after int64, err error) {
	if t.most < 0 {
		return -1, usagef("--max %d: allowed is a number of records, or 0 for all", t.most)
	}
	if t.from == "" || t.from == "start" || t.from == "end" {
		return -1, nil
	}
	if n, err := strconv.ParseInt(t.from, 10, 64); err == nil && n >= 0 {
		return -1, nil
	}
	if at, err := time.Parse(time.RFC3339, t.from); err == nil && at.UnixMilli() >= 0 {
		return at.UnixMilli(), nil
	}
	return -1, usagef("--from %s: allowed is start, end, an offset, or a time as 2026-01-31T10:00:00Z", t.from)
}

// place is the offset to begin with that is no time, within what the partition has, for a client begins
// anywhere otherwise.
func (t *tailing) place(in span) int64 {
	switch n, err := strconv.ParseInt(t.from, 10, 64); {
	case err == nil:
		return min(max(n, in.start), in.end)
	case t.from == "end":
		return in.end
	case t.from == "" && t.most > 0:
		return max(in.end-int64(t.most), in.start)
	}
	return in.start
}

// tail reads partitions from where it was asked to, up to their ends as they are now, or for ever. What is asked
// first has its time, reading takes as long as it takes.
func (s *session) tail(ctx, reading context.Context, what string, after int64, t *tailing) error {
	topic, partitions, err := some(what)
	if err != nil {
		return err
	}
	spans, err := s.ends(ctx, topic, partitions)
	if err != nil {
		return err
	}
	r, from := newRest(topic), map[int32]kgo.Offset{}
	for p, in := range spans {
		r.next[p] = t.place(in)
	}
	if after >= 0 {
		if err := s.placeAfter(ctx, after, spans, r); err != nil {
			return err
		}
	}
	for p, in := range spans {
		from[p] = kgo.NewOffset().At(r.next[p])
		if r.next[p] < in.end {
			r.left[p] = in.end
		}
	}
	if len(r.left) == 0 && !t.follow {
		return nil
	}
	s.cl.Close()
	err = s.connect(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}), kgo.KeepControlRecords(), kgo.FetchMaxWait(500*time.Millisecond))
	if err != nil {
		return err
	}
	return s.read(reading, r, t)
}

// placeAfter begins with the first records from a time on.
func (s *session) placeAfter(ctx context.Context, millis int64, spans map[int32]span, r *rest) error {
	found, err := s.admin.ListOffsetsAfterMilli(ctx, millis, r.topic)
	if refused := (*kerr.Error)(nil); err != nil && !errors.As(err, &refused) {
		return err
	}
	for p, in := range spans {
		o, ok := found.Lookup(r.topic, p)
		switch {
		case !ok:
			return fmt.Errorf("%s:%d: the broker does not tell what is from %s on", r.topic, p, time.UnixMilli(millis).UTC())
		case o.Err != nil:
			return refusal(fmt.Sprintf("%s:%d", r.topic, p), o.Err, "")
		}
		r.next[p] = min(max(o.Offset, in.start), in.end)
	}
	return nil
}

// read prints what comes until nothing is left.
func (s *session) read(ctx context.Context, r *rest, t *tailing) error {
	seen := map[int32]int{}
	for r.came = time.Now(); t.follow || len(r.left) > 0; {
		polled, cancel := context.WithTimeout(ctx, idleStep)
		fetches := s.cl.PollFetches(polled)
		idle := polled.Err() != nil
		cancel()
		switch err := fetches.Err(); {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		var rows []recordRow
		for it := fetches.RecordIter(); !it.Done(); {
			one := it.Next()
			p := one.Partition
			r.read(p, one.Offset)
			if !one.Attrs.IsControl() {
				seen[p]++
			}
			over := t.most > 0 && seen[p] > t.most && !t.follow
			if over {
				delete(r.left, p)
			}
			if !over && !one.Attrs.IsControl() {
				rows = append(rows, rowOfRecord(one))
			}
		}
		if err := s.showRecords(rows); err != nil {
			return err
		}
		if idle && !t.follow {
			if err := s.idle(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// span is where a partition begins and ends.
type span struct{ start, end int64 }

// ends asks where partitions begin and end.
func (s *session) ends(ctx context.Context, topic string, partitions []int32) (map[int32]span, error) {
	details, err := s.topics(ctx, []string{topic})
	if err != nil {
		return nil, err
	}
	if err := has(details[topic], partitions); err != nil {
		return nil, err
	}
	starts, ends, err := s.offsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	if len(partitions) == 0 {
		for p := range details[topic].Partitions {
			partitions = append(partitions, p)
		}
	}
	all := map[int32]span{}
	for _, p := range partitions {
		first, begins := starts.Lookup(topic, p)
		last, stops := ends.Lookup(topic, p)
		if err := cmp.Or(details[topic].Partitions[p].Err, first.Err, last.Err); err != nil {
			return nil, refusal(fmt.Sprintf("%s:%d", topic, p), err, "")
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !begins || !stops {
			return nil, fmt.Errorf("%s:%d: the broker does not tell where it begins and ends", topic, p)
		}
		all[p] = span{first.Offset, last.Offset}
	}
	return all, nil
}

func rowOfRecord(r *kgo.Record) recordRow {
	row := recordRow{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli()}
	row.Key, row.KeyBase64 = text(r.Key)
	row.Value, row.ValueBase64 = text(r.Value)
	for _, h := range r.Headers {
		if row.Headers == nil {
			row.Headers = map[string]string{}
		}
		row.Headers[h.Key] = string(h.Value)
	}
	return row
}

// text is bytes as text, or as they are if they are none.
func text(b []byte) (*string, []byte) {
	switch {
	case b == nil:
		return nil, nil
	case utf8.Valid(b):
		s := string(b)
		return &s, nil
	}
	return nil, b
}

// showRecords prints records: as objects, one a line, or as lines for people.
func (s *session) showRecords(rows []recordRow) error {
	for _, r := range rows {
		if s.output == "json" {
			if err := json.NewEncoder(s.out).Encode(r); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(s.out, "%s:%d offset %d %s %s %s\n", r.Topic, r.Partition, r.Offset, when(r.Timestamp),
			quoted(r.Key, r.KeyBase64), quoted(r.Value, r.ValueBase64)); err != nil {
			return err
		}
	}
	return nil
}

// quoted is a field in one line, whatever is in it.
func quoted(text *string, raw []byte) string {
	switch {
	case text != nil:
		return strconv.Quote(*text)
	case raw != nil:
		return strconv.Quote(string(raw))
	}
	return "null"
}
