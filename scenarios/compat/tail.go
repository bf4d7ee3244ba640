package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// tail prints the values of a topic of one partition, from its start to its end as it is now, a
// line each.
func tail(ctx context.Context, args []string) error {
	fs := flags("tail")
	broker := fs.String("broker", "", "host:port")
	topic := fs.String("topic", "", "topic of one partition")
	if err := fs.Parse(args); err != nil {
		return err
	}
	cl, err := connect(*broker, fromStart(*topic, 1))
	if err != nil {
		return err
	}
	defer cl.Close()
	ends, err := kadm.NewClient(cl).ListEndOffsets(ctx, *topic)
	if err != nil {
		return err
	}
	end, ok := ends.Lookup(*topic, 0)
	if !ok || end.Err != nil || len(ends[*topic]) != 1 {
		return fmt.Errorf("the end of %s: %+v", *topic, ends)
	}
	out := bufio.NewWriter(os.Stdout)
	for next := int64(0); next < end.Offset; {
		polled := cl.PollFetches(ctx)
		if err := polled.Err(); err != nil {
			return err
		}
		polled.EachRecord(func(r *kgo.Record) {
			err = errors.Join(err, line(out, r.Value))
			next = r.Offset + 1
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

func line(out *bufio.Writer, value []byte) error {
	_, err := out.Write(append(value, '\n'))
	return err
}
