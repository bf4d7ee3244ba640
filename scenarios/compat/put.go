package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// put creates a topic of one partition, unless it exists, and sends each line of standard input to it,
// compressed with a codec.
func put(ctx context.Context, args []string) error {
	fs := flags("put")
	broker := fs.String("broker", "", "host:port")
	topic := fs.String("topic", "", "topic to create")
	codec := fs.String("codec", "none", "codec by Kafka's name")
	exists := fs.Bool("exists", false, "the topic is there")
	if err := fs.Parse(args); err != nil {
		return err
	}
	at := slices.IndexFunc(codecs, func(c namedCodec) bool { return c.name == *codec })
	if at < 0 {
		return fmt.Errorf("there is no codec %q", *codec)
	}
	cl, err := connect(*broker, kgo.ProducerBatchCompression(codecs[at].codec))
	if err != nil {
		return err
	}
	defer cl.Close()
	if !*exists {
		if err := createTopic(ctx, cl, *topic, 1); err != nil {
			return err
		}
	}
	results := make(chan error, 1)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		value := []byte(in.Text())
		cl.Produce(ctx, &kgo.Record{Topic: *topic, Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				select {
				case results <- err:
				default:
				}
			}
		})
	}
	if err := cl.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-results:
		return err
	default:
		return nil
	}
}

// serves prints those of the APIs, given by key, that the broker does not serve.
func serves(ctx context.Context, args []string) error {
	fs := flags("serves")
	broker := fs.String("broker", "", "host:port")
	if err := fs.Parse(args); err != nil {
		return err
	}
	served, err := servedAPIs(ctx, *broker)
	if err != nil {
		return err
	}
	var needs []int16
	for _, arg := range fs.Args() {
		key, err := strconv.ParseInt(arg, 10, 16)
		if err != nil || kmsg.NameForKey(int16(key)) == "Unknown" {
			return fmt.Errorf("%s is no API's key", arg)
		}
		needs = append(needs, int16(key))
	}
	if missing := notServed(served, needs); len(missing) > 0 {
		fmt.Println(strings.Join(missing, ", "))
	}
	return nil
}
