package main

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
)

// committed wants a group's commits at the ends of all partitions of a topic.
func committed(ctx context.Context, args []string) error {
	fs := flags("committed")
	broker := fs.String("broker", "", "host:port")
	group := fs.String("group", "", "group")
	topic := fs.String("topic", "", "topic")
	if err := fs.Parse(args); err != nil {
		return err
	}
	cl, err := connect(*broker)
	if err != nil {
		return err
	}
	defer cl.Close()
	admin := kadm.NewClient(cl)
	ends, err := admin.ListEndOffsets(ctx, *topic)
	if err != nil {
		return err
	}
	got, err := admin.FetchOffsets(ctx, *group)
	if err != nil {
		return err
	}
	for p, end := range ends[*topic] {
		if at, ok := got.Lookup(*topic, p); end.Err != nil || !ok && end.Offset > 0 || ok && at.At != end.Offset {
			return fmt.Errorf("%s-%d ends at %d (%v), and %d is committed", *topic, p, end.Offset, end.Err, at.At)
		}
	}
	return nil
}
