package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// commands are the loads by name.
var commands = map[string]func(context.Context, []string) error{
	"clients":   clients,
	"sarama":    saramaRun,
	"bulk":      bulk,
	"badinput":  badInput,
	"groups":    groups,
	"committed": committed,
	"put":       put,
	"tail":      tail,
	"serves":    serves,
	"observe":   observe,
	"batches":   batches,
	"opened":    opened,
	"feed":      feed,
	"readback":  readback,
	"resume":    resume,
	"compacted": compacted,
}

// timeMax bounds every command: a load that hangs fails, and its broker is stopped by the script.
const timeMax = 8 * time.Minute

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: compat clients|sarama|bulk|badinput|groups|committed|put|tail|serves|batches|opened|feed|readback|resume|compacted ...")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeMax)
	defer cancel()
	if err := commands[os.Args[1]](ctx, os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "compat %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// flags makes a flag set that reports its errors instead of exiting.
func flags(name string) *flag.FlagSet { return flag.NewFlagSet(name, flag.ContinueOnError) }

// connect makes a client of the broker. Metadata may be asked for again at once: a fresh topic is
// awaited by asking.
func connect(broker string, opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(broker),
		kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(10 * time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, opts...)...)
}

// fromStart names partitions 0 to n-1 of the topic, from their first offset.
func fromStart(topic string, n int) kgo.Opt {
	at := map[int32]kgo.Offset{}
	for p := range n {
		at[int32(p)] = kgo.NewOffset().AtStart()
	}
	return kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: at})
}
