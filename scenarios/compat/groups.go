package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// groupOptions say who consumes how much.
type groupOptions struct {
	broker, client, halfway string
	partitions, records     int
}

// member is a consumer in a group, in a goroutine of its own. It commits what it saw. stop lets it leave, with all
// that it saw committed, and returns when it has.
type member interface {
	stop() error
}

// joiners make members, by the client that they are.
var joiners = map[string]func(ctx context.Context, l *groupLoad, name string) (member, error){
	"franz-go":        joinFranz(kgo.Balancers(kgo.CooperativeStickyBalancer())),
	"franz-go-eager":  joinFranz(kgo.Balancers(kgo.RangeBalancer())),
	"franz-go-static": joinFranzStatic,
	"franz-go-next":   joinFranzNext,
	"franz-go-both":   joinFranzBoth,
	"sarama":          joinSarama,
	"kafka-go":        joinKafkaGo,
}

// groups has members of one client consume a topic while records come, members come and go, and, when the file
// `-halfway` appears, whoever waits for it kills the broker and starts it again. Each record must be seen; in the
// end all is committed, and a member that comes then sees none again.
func groups(ctx context.Context, args []string) error {
	var o groupOptions
	fs := flags("groups")
	fs.StringVar(&o.broker, "broker", "", "host:port")
	fs.StringVar(&o.client, "client", "franz-go", "what the members are")
	fs.StringVar(&o.halfway, "halfway", "", "file to make when half of the records are sent")
	fs.IntVar(&o.records, "records", 20_000, "records")
	fs.IntVar(&o.partitions, "partitions", 6, "partitions")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if joiners[o.client] == nil {
		return fmt.Errorf("no client is called %s", o.client)
	}
	l := newGroupLoad(o)
	if err := l.run(ctx); err != nil {
		return err
	}
	fmt.Printf("FIGURE compat: group of %s: %d records seen, %d of them twice, none after its commit\n", o.client, o.records, l.twice)
	return nil
}

// groupLoad is what is known of the records: how often each was seen, and up to where commits were acked.
type groupLoad struct {
	o            groupOptions
	topic, group string

	mu        sync.Mutex
	seen      [][]int32
	committed []int64
	// missing counts the records that nobody saw, twice those that were seen again.
	missing, twice int
	// late says that all is committed: nothing may be seen any more.
	late  bool
	first error
}

func newGroupLoad(o groupOptions) *groupLoad {
	l := &groupLoad{o: o, topic: "of-" + o.client, group: "group-of-" + o.client, committed: make([]int64, o.partitions)}
	per := o.records / o.partitions
	l.o.records, l.missing = per*o.partitions, per*o.partitions
	for range o.partitions {
		l.seen = append(l.seen, make([]int32, per))
	}
	return l
}

// saw takes a record that a member was given.
func (l *groupLoad) saw(partition int32, offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.late:
		l.fail(fmt.Errorf("partition %d: offset %d is seen again after all was committed", partition, offset))
	case offset < l.committed[partition]:
		l.fail(fmt.Errorf("partition %d: offset %d is seen again, and %d is committed", partition, offset, l.committed[partition]))
	case offset >= int64(len(l.seen[partition])):
		l.fail(fmt.Errorf("partition %d: offset %d was never sent", partition, offset))
	default:
		n := &l.seen[partition][offset]
		if *n++; *n == 2 {
			l.twice++
		}
		if *n == 1 {
			l.missing--
		}
	}
}

// fail keeps the first error, which ends the load.
func (l *groupLoad) fail(err error) {
	if l.first == nil {
		l.first = err
	}
}

// acked takes a commit that the broker acknowledged.
func (l *groupLoad) acked(partition int32, offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.committed[partition] = max(l.committed[partition], offset)
}

// share waits until a part of the records was seen.
func (l *groupLoad) share(ctx context.Context, percent int) error {
	for {
		l.mu.Lock()
		seen, err := l.o.records-l.missing, l.first
		l.mu.Unlock()
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if seen >= l.o.records*percent/100 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (l *groupLoad) run(ctx context.Context) error {
	cl, err := connect(l.o.broker, kgo.RecordDeliveryTimeout(2*time.Minute), kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }))
	if err != nil {
		return err
	}
	defer cl.Close()
	if err := createTopic(ctx, cl, l.topic, l.o.partitions); err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() { sent <- l.send(ctx, cl) }()
	if err := l.comeAndGo(ctx); err != nil {
		return err
	}
	if err := <-sent; err != nil {
		return fmt.Errorf("producing: %w", err)
	}
	if err := l.ended(ctx, cl); err != nil {
		return err
	}
	return l.nothingTwice(ctx)
}

// sendingFor is how long the records take to be sent, so that members come and go meanwhile.
const sendingFor = 12 * time.Second

func (l *groupLoad) send(ctx context.Context, cl *kgo.Client) error {
	began := time.Now()
	var first error
	var mu sync.Mutex
	for i := range l.o.records {
		if due := sendingFor * time.Duration(i) / time.Duration(l.o.records); time.Since(began) < due {
			time.Sleep(due - time.Since(began))
		}
		if i == l.o.records/2 && l.o.halfway != "" {
			if err := os.WriteFile(l.o.halfway, nil, 0o644); err != nil {
				return err
			}
		}
		r := &kgo.Record{Topic: l.topic, Partition: int32(i % l.o.partitions), Value: fmt.Appendf(nil, "%d", i)}
		cl.Produce(ctx, r, func(_ *kgo.Record, err error) {
			mu.Lock()
			defer mu.Unlock()
			first = errors.Join(first, err)
		})
	}
	return errors.Join(cl.Flush(ctx), first)
}

// comeAndGo lets members come and go as the records are seen, and ends when all are, with everybody gone.
func (l *groupLoad) comeAndGo(ctx context.Context) error {
	var members []member
	join := func(name string) error {
		m, err := joiners[l.o.client](ctx, l, name)
		if err == nil {
			members = append(members, m)
		}
		return err
	}
	steps := []struct {
		percent int
		do      func() error
	}{
		{0, func() error { return join("a") }},
		{0, func() error { return join("b") }},
		{20, func() error { return join("c") }},
		{35, func() error { err := members[0].stop(); members = members[1:]; return err }},
		{75, func() error { return join("d") }},
		{85, func() error { err := members[0].stop(); members = members[1:]; return err }},
		{100, nil},
	}
	for _, s := range steps {
		if err := l.share(ctx, s.percent); err != nil {
			return fmt.Errorf("at %d %%: %w", s.percent, err)
		}
		if s.do != nil {
			if err := s.do(); err != nil {
				return err
			}
		}
	}
	for _, m := range members {
		if err := m.stop(); err != nil {
			return err
		}
	}
	return nil
}

// ended wants the group's commits at the ends of the partitions, and nobody in it.
func (l *groupLoad) ended(ctx context.Context, cl *kgo.Client) error {
	admin := kadm.NewClient(cl)
	got, err := admin.FetchOffsets(ctx, l.group)
	if err != nil {
		return err
	}
	for p := range l.seen {
		at, ok := got.Lookup(l.topic, int32(p))
		if end := int64(len(l.seen[p])); !ok || at.At != end {
			return fmt.Errorf("partition %d ends at %d, and %d is committed", p, end, at.At)
		}
	}
	listed, err := admin.ListGroups(ctx)
	if err != nil {
		return err
	}
	if g, ok := listed[l.group]; !ok || g.State != "Empty" {
		return fmt.Errorf("the group is listed as %+v", g)
	}
	return nil
}

// nothingTwice lets one more member come, which must see nothing.
func (l *groupLoad) nothingTwice(ctx context.Context) error {
	l.mu.Lock()
	l.late = true
	l.mu.Unlock()
	m, err := joiners[l.o.client](ctx, l, "late")
	if err != nil {
		return err
	}
	time.Sleep(5 * time.Second)
	err = m.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(err, l.first)
}
