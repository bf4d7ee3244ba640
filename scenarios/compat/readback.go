package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// readback prints every record of the topics that feed wrote, a line each as feed writes them, in the
// order of partitions and offsets; and into the file -ends where each partition begins and ends, for
// readers of all records and of committed ones.
func readback(ctx context.Context, args []string) error {
	fs := flags("readback")
	broker := fs.String("broker", "", "host:port")
	ends := fs.String("ends", "", "file for the ends of the partitions")
	if err := fs.Parse(args); err != nil {
		return err
	}
	cl, err := connect(*broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	next, limits, err := feedRange(ctx, cl, *ends)
	if err != nil {
		return err
	}
	lines, err := readLines(ctx, *broker, next, limits)
	if err != nil {
		return err
	}
	sortLines(lines)
	out := bufio.NewWriter(os.Stdout)
	for _, l := range lines {
		if err := line(out, []byte(l.line)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// feedRange asks for the offsets at which the partitions begin and end, and writes them to a file.
func feedRange(ctx context.Context, cl *kgo.Client, file string) (starts, ends kadm.Offsets, err error) {
	admin := kadm.NewClient(cl)
	listed, err := admin.ListTopics(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := slices.DeleteFunc(listed.Names(), func(name string) bool { return !strings.HasPrefix(name, feedPrefix) })
	if len(names) == 0 {
		return nil, nil, errors.New("no topic of a directory is listed")
	}
	for _, name := range names {
		if err := led(ctx, cl, name, feedPartitions); err != nil {
			return nil, nil, err
		}
	}
	first, err1 := admin.ListStartOffsets(ctx, names...)
	last, err2 := admin.ListEndOffsets(ctx, names...)
	stable, err3 := admin.ListCommittedOffsets(ctx, names...)
	if err := errors.Join(err1, err2, err3, first.Error(), last.Error(), stable.Error()); err != nil {
		return nil, nil, err
	}
	text := []string{}
	last.Each(func(o kadm.ListedOffset) {
		start, _ := first.Lookup(o.Topic, o.Partition)
		committed, _ := stable.Lookup(o.Topic, o.Partition)
		text = append(text, fmt.Sprintf("%s-%d from %d to %d, committed to %d, epoch %d\n",
			o.Topic, o.Partition, start.Offset, o.Offset, committed.Offset, o.LeaderEpoch))
	})
	slices.Sort(text)
	return first.Offsets(), last.Offsets(), os.WriteFile(file, []byte(strings.Join(text, "")), 0o644)
}

// readLines reads partitions between offsets, control records too, which tell how far it has come.
func readLines(ctx context.Context, broker string, starts, ends kadm.Offsets) (lines []fedLine, err error) {
	left := 0
	from := map[string]map[int32]kgo.Offset{}
	starts.Each(func(o kadm.Offset) {
		if end, _ := ends.Lookup(o.Topic, o.Partition); o.At < end.At {
			left++
		}
		if from[o.Topic] == nil {
			from[o.Topic] = map[int32]kgo.Offset{}
		}
		from[o.Topic][o.Partition] = kgo.NewOffset().At(o.At)
	})
	cl, err := connect(broker, kgo.ConsumePartitions(from), kgo.KeepControlRecords())
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	for left > 0 {
		polled := cl.PollFetches(ctx)
		if err := polled.Err(); err != nil {
			return nil, err
		}
		polled.EachRecord(func(r *kgo.Record) {
			end, _ := ends.Lookup(r.Topic, r.Partition)
			if r.Offset == end.At-1 {
				left--
			}
			if r.Offset < end.At && !r.Attrs.IsControl() {
				lines = append(lines, lineOf(r))
			}
		})
	}
	return lines, nil
}
