package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// loads by name.
var loads = map[string]func(context.Context, *load) error{
	"produce": produce,
	"consume": consume,
	"tiny":    tiny,
	"e2e":     endToEnd,
	"idle":    idle,
	"startup": startup,

	"partitions": partitions,
	"spread":     spreadOut,
	"gather":     gather,
	"keep":       keep,

	"groups":      groups,
	"members":     members,
	"commits":     commits,
	"keepoffsets": keepOffsets,
	"loaded":      loaded,
	"clean":       clean,
}

// load is one call: its flags, the span being measured, and the line to print.
type load struct {
	brokers, pid, label, server, prefix, existing   string
	records, size, partitions, clients, count, rate int
	linger, duration                                time.Duration
	nextGen                                         bool
	beganMicros                                     int64

	topic            string
	line             line
	start            time.Time
	server0, client0 time.Duration
}

// line is what a load prints; the shared load generator prints the same names.
type line struct {
	Workload string             `json:"workload"`
	Server   string             `json:"server,omitempty"`
	At       string             `json:"at"`
	Unit     string             `json:"unit"`
	Units    int                `json:"units"`
	WallS    float64            `json:"wall_s"`
	PerS     float64            `json:"per_s"`
	ServerS  float64            `json:"server_cpu_s"`
	SPerGB   float64            `json:"server_cpu_s_per_gb,omitempty"`
	USPerU   float64            `json:"server_cpu_us_per_unit"`
	ClientS  float64            `json:"client_cpu_s"`
	Resident float64            `json:"server_rss_mb"`
	Extra    map[string]float64 `json:"extra,omitempty"`
}

// timeMax bounds a load.
const timeMax = 2 * time.Minute

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	if len(args) > 1 && args[0] == "summary" {
		return summary(os.Stdout, args[1:])
	}
	if len(args) > 2 && args[0] == "scale" {
		return scale(args[1], args[2:])
	}
	if len(args) == 0 || loads[args[0]] == nil {
		return fmt.Errorf("usage: bench produce|consume|tiny|e2e|idle|startup|partitions|spread|gather|keep|groups|members|commits|keepoffsets|loaded|clean ... | bench summary OURS [THEIRS] | bench scale DOCUMENT OURS [THEIRS]")
	}
	l := &load{line: line{Extra: map[string]float64{}}}
	if err := l.parse(args[0], args[1:]); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeMax)
	defer cancel()
	if err := loads[args[0]](ctx, l); err != nil {
		return fmt.Errorf("%s: %w", l.label, err)
	}
	return json.NewEncoder(os.Stdout).Encode(&l.line)
}

func (l *load) parse(name string, args []string) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.StringVar(&l.brokers, "brokers", "", "host:port of the broker")
	fs.StringVar(&l.pid, "pids", "", "process id of the broker")
	fs.StringVar(&l.label, "label", name, "name of the load in its line")
	fs.StringVar(&l.server, "server", "", "name of the server in its line")
	fs.StringVar(&l.prefix, "prefix", "many", "of the names of topics that stay (partitions, spread, gather, keep, keepoffsets, loaded)")
	fs.StringVar(&l.existing, "topic", "bench-startup", "the topic of the first record (startup)")
	fs.IntVar(&l.records, "records", 100_000, "records (produce, consume, clean)")
	fs.IntVar(&l.size, "size", 100, "bytes of a value")
	fs.IntVar(&l.partitions, "partitions", 1, "partitions of the topic")
	fs.IntVar(&l.clients, "clients", 1, "clients with connections of their own (tiny)")
	fs.IntVar(&l.count, "count", 1000, "requests of all clients together (tiny, commits), groups, members, offsets")
	fs.BoolVar(&l.nextGen, "next-gen", false, "the consumer protocol (KIP-848), not the classic one (groups, members)")
	fs.IntVar(&l.rate, "rate", 1000, "records a second (e2e)")
	fs.DurationVar(&l.linger, "linger", 0, "how long the producer waits for more")
	fs.DurationVar(&l.duration, "duration", 10*time.Second, "length of e2e and idle")
	fs.Int64Var(&l.beganMicros, "began", 0, "startup: when the process was started, in us since 1970; else its age counts, to 10 ms")
	if err := fs.Parse(args); err != nil {
		return err
	}
	if l.size < 16 || l.size > len(noise())/2 || min(l.partitions, l.clients, l.rate, l.records, l.count) < 1 {
		return fmt.Errorf("%s: a size or count is out of its range", name)
	}
	l.line.Workload, l.line.Server, l.line.At = l.label, l.server, time.Now().UTC().Format(time.RFC3339)
	return nil
}

// begin opens the measured span.
func (l *load) begin() (err error) {
	if l.server0, err = cpuOf(l.pid); err != nil {
		return err
	}
	if l.client0, err = cpuOf("self"); err != nil {
		return err
	}
	l.start = time.Now()
	return nil
}

// end closes it: so many units were done, moving so many bytes of payload.
func (l *load) end(unit string, units, bytes int) error {
	wall := time.Since(l.start).Seconds()
	server, err := cpuOf(l.pid)
	if err != nil {
		return err
	}
	client, err := cpuOf("self")
	if err != nil {
		return err
	}
	o := &l.line
	o.Unit, o.Units, o.WallS, o.PerS = unit, units, wall, float64(units)/wall
	o.ServerS, o.ClientS = (server - l.server0).Seconds(), (client - l.client0).Seconds()
	o.USPerU = o.ServerS * 1e6 / float64(units)
	if bytes > 0 {
		o.SPerGB = o.ServerS * 1e9 / float64(bytes)
	}
	o.Resident, err = residentOf(l.pid)
	return err
}

func (l *load) connect(opts ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(l.brokers),
		kgo.DisableClientMetrics(),
		kgo.MetadataMinAge(10 * time.Millisecond),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(l.linger),
	}, opts...)...)
}

// create makes the load's topic and returns what deletes it.
func (l *load) create(ctx context.Context) (remove func() error, err error) {
	cl, err := l.connect()
	if err != nil {
		return nil, err
	}
	admin := kadm.NewClient(cl)
	l.topic = fmt.Sprintf("bench-%s-%d", l.label, time.Now().UnixMicro())
	if _, err := admin.CreateTopic(ctx, int32(l.partitions), 1, nil, l.topic); err != nil {
		cl.Close()
		return nil, err
	}
	return func() error {
		defer cl.Close()
		_, err := admin.DeleteTopic(ctx, l.topic)
		return err
	}, nil
}

// fromStart reads all partitions of the topic from their beginning.
func (l *load) fromStart() kgo.Opt {
	at := map[int32]kgo.Offset{}
	for p := range l.partitions {
		at[int32(p)] = kgo.NewOffset().AtStart()
	}
	return kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{l.topic: at})
}

var block []byte

// noise is what values are cut from: incompressible, the same in every call.
func noise() []byte {
	if block == nil {
		block = make([]byte, 4<<20)
		source := rand.NewChaCha8([32]byte{1})
		if _, err := source.Read(block); err != nil {
			panic("BUG: a generator of random bytes failed: " + err.Error())
		}
	}
	return block
}

// value is the i-th value.
func (l *load) value(i int) []byte {
	b := noise()
	at := i * l.size % (len(b) - l.size)
	return b[at : at+l.size : at+l.size]
}

// durations are gathered and told as percentiles, in ms.
type durations []time.Duration

func (d durations) report(extra map[string]float64, prefix string) {
	if len(d) == 0 {
		return
	}
	slices.Sort(d)
	for _, p := range []struct {
		name     string
		perMille int
	}{{"p50", 500}, {"p99", 990}, {"p999", 999}, {"max", 1000}} {
		at := min(len(d)*p.perMille/1000, len(d)-1)
		extra[prefix+p.name+"_ms"] = float64(d[at]) / 1e6
	}
}
