package scenario

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
)

// node is `NAME=VALUE ...`: what the simulator draws for a node, by the names that it gives it.
func (p *parser) node(text string) error {
	return options(text, func(name, value string) error {
		want, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return errors.New("a value is a number")
		}
		if name == "log.retention.ms" {
			if want != 500 {
				return errors.New("a world's log.retention.ms is 500 or unset")
			}
			p.s.Set(node+"plan/retention/static", 0, 1)
			return nil
		}
		settings := sim.New(p.s.Seed, p.s.Options()).Settings()
		at := slices.IndexFunc(settings, func(s sim.Setting) bool { return s.Name == name })
		if at < 0 {
			var names []string
			for _, s := range settings {
				names = append(names, s.Name)
			}
			return errors.New("there are " + strings.Join(names, ", "))
		}
		s := settings[at]
		choice := int64(slices.Index(s.From, want))
		if s.From == nil {
			choice = want - s.Least
		}
		if choice < 0 {
			return fmt.Errorf("it may be %v", s.From)
		}
		p.s.Set(s.Key, s.Ordinal, uint64(choice))
		return nil
	})
}

// The most that a world has.
const (
	topicsMax     = 4
	partitionsMax = 3
	producersMax  = 4
	consumersMax  = 3
)

func (p *parser) topics(text string) error {
	n, err := number(text)
	if err != nil {
		return err
	}
	if n < 1 || n > topicsMax {
		return fmt.Errorf("a world has 1 to %d topics", topicsMax)
	}
	p.s.Set(node+"plan/topics", 0, n-1)
	return nil
}

// toldOfTopics are keys of configuration that take any value.
var toldOfTopics = []string{
	"flush.messages", "internal.segment.bytes", "index.interval.bytes", "segment.index.bytes", "retention.bytes", "retention.ms", "segment.ms",
	"segment.jitter.ms", "file.delete.delay.ms",
}

// codecs and policies are the choices that stand for them.
var (
	codecs   = map[string]uint64{"": 0, "gzip": 6, "snappy": 7, "lz4": 8, "uncompressed": 9, "zstd": 11}
	policies = map[string]uint64{"delete": 0, "compact": 3, "compact,delete": 4}
)

// topic is `topic I: key=value ... [recreated] [stamped] [auto]`.
func (p *parser) topic(index, text string) error {
	i, err := number(index)
	if err != nil || i >= topicsMax {
		return fmt.Errorf("%q is no topic; there are 0 to %d", index, topicsMax-1)
	}
	plan := node + "plan/topic" + index
	return options(text, func(name, value string) error {
		choice, known := uint64(0), true
		switch name {
		case "partitions":
			n, err := number(value)
			if err != nil || n < 1 || n > partitionsMax {
				return fmt.Errorf("1 to %d", partitionsMax)
			}
			p.s.Set(plan+"/partitions", 0, n-1)
		case "compression.type":
			choice, known = codecs[value]
			p.s.Set(plan+"/compression", 0, choice)
		case "cleanup.policy":
			choice, known = policies[value]
			p.s.Set(plan+"/policy", 0, choice)
		case "stamped":
			p.s.Set(plan+"/stamp", 0, 1)
		case "recreated":
			p.s.Set(node+"plan/volatile", 0, i)
			known = i > 0
		case "auto":
			p.s.Set(node+"plan/auto", 0, 1)
		default:
			n, err := number(value)
			if err != nil || !slices.Contains(toldOfTopics, name) {
				return fmt.Errorf("it takes partitions, compression.type, cleanup.policy, %s with a number, stamped, recreated, auto",
					strings.Join(toldOfTopics, ", "))
			}
			p.s.Set(node+"knob/topic"+index+"/"+name, 0, n+1)
		}
		if !known {
			return errors.New("there is no such thing")
		}
		return nil
	})
}

// optionalClients are those of which there is one or none, in the order of their numbers, with the choice
// that makes one.
var optionalClients = []struct {
	kind string
	one  uint64
}{
	{"trimmer", 1}, {"passers", 3}, {"alterer", 1}, {"grower", 1}, {"inspector", 1}, {"limiter", 3}, {"mover", 1}, {"vandal", 4},
}

// clients is `kind N, kind N`. Client 0 is the admin client, which makes the topics; the others follow, in the
// order plain, idempotent, consumer, trimmer and so on.
func (p *parser) clients(text string) error {
	counts := map[string]uint64{}
	for part := range strings.SplitSeq(text, ",") {
		fields := strings.Fields(part)
		n := uint64(1)
		if len(fields) == 2 {
			var err error
			if n, err = number(fields[1]); err != nil {
				return err
			}
		}
		if len(fields) < 1 || len(fields) > 2 {
			return errors.New("it takes kinds with how many there are")
		}
		counts[fields[0]] = n
	}
	plain, idempotent, consumers := counts["plain"], counts["idempotent"], counts["consumer"]
	if n := plain + idempotent; n < 1 || n > producersMax || consumers > consumersMax {
		return fmt.Errorf("a world has 1 to %d producers, plain or idempotent, and up to %d consumers", producersMax, consumersMax)
	}
	p.s.Set(node+"plan/producers", 0, plain+idempotent-1)
	p.s.Set(node+"plan/consumers", 0, consumers)
	p.kinds = []string{"admin"}
	for i := range plain + idempotent {
		isIdempotent, kind := uint64(0), "plain"
		if i >= plain {
			isIdempotent, kind = 1, "idempotent"
		}
		p.s.Set(node+"plan/producer", i, isIdempotent)
		p.kinds = append(p.kinds, kind)
	}
	for range consumers {
		p.kinds = append(p.kinds, "consumer")
	}
	delete(counts, "plain")
	delete(counts, "idempotent")
	delete(counts, "consumer")
	for _, o := range optionalClients {
		if o.kind == "vandal" { // it comes last
			p.members(counts)
		}
		choice := uint64(0)
		if counts[o.kind] > 0 {
			choice = o.one
			p.kinds = append(p.kinds, o.kind)
		}
		p.s.Set(node+"plan/"+o.kind, 0, choice)
		delete(counts, o.kind)
	}
	if len(counts) > 0 {
		return errors.New("there are plain, idempotent, consumer, trimmer, passers, alterer, grower, inspector, limiter, mover, deposer and vandal, with groups a groupkeeper")
	}
	return nil
}

// way is a choice of a client's plan by its name.
type way struct {
	kinds  string // for which, separated by spaces
	name   string // with the value, if it takes one
	stream string
	choice uint64
}

var ways = []way{
	{"plain", "acks=all", "acks", 0}, {"plain", "acks=1", "acks", 1}, {"plain", "acks=0", "acks", 2},
	{"plain idempotent", "gap=30ms", "gap", 0}, {"plain idempotent", "gap=15ms", "gap", 1},
	{"plain idempotent", "gap=60ms", "gap", 2}, {"plain idempotent", "gap=150ms", "gap", 3},
	{"plain idempotent", "size=16", "size", 0}, {"plain idempotent", "size=64", "size", 1},
	{"plain idempotent", "size=200", "size", 2}, {"plain idempotent", "size=400", "size", 3},
	{"plain idempotent", "records=1", "count", 0}, {"plain idempotent", "records=2", "count", 1},
	{"plain idempotent", "records=5", "count", 2}, {"plain idempotent", "records=8", "count", 3},
	{"plain idempotent", "keyed", "keyed", 1}, {"plain idempotent", "codec=gzip", "codec", 8},
	{"plain idempotent", "codec=snappy", "codec", 10}, {"plain idempotent", "codec=lz4", "codec", 12},
	{"idempotent", "wraps", "wrap", 2}, {"idempotent", "burst=6", "burst", 5}, {"idempotent", "burst=3", "burst", 2},
	{"idempotent", "repeats", "repeats", 1}, {"idempotent", "deaf", "deaf", 1}, {"idempotent", "clumsy", "clumsy", 1},
	{"idempotent", "bumps", "bumps", 1}, {"idempotent", "leaps", "leaps", 3}, {"idempotent", "haunts", "haunts", 1},
	{"idempotent", "shows", "shows", 1}, {"idempotent", "naps", "naps", 1}, {"idempotent", "renew=10", "renew", 4},
	{"consumer", "gap=50ms", "gap", 0}, {"consumer", "gap=100ms", "gap", 1}, {"consumer", "gap=10ms", "gap", 2},
	{"consumer", "gap=200ms", "gap", 3}, {"consumer", "sessions", "sessions", 1},
	{"member", "gap=50ms", "gap", 0}, {"member", "gap=100ms", "gap", 1}, {"member", "gap=10ms", "gap", 2}, {"member", "gap=200ms", "gap", 3},
	{"member", "commit=100ms", "commit", 0}, {"member", "commit=40ms", "commit", 1}, {"member", "commit=300ms", "commit", 2},
	{"member", "static", "instance", 1}, {"member", "shared", "instance", 3}, {"member", "leaves", "leaves", 1}, {"member", "sessions", "sessions", 1},
	{"committer", "gap=100ms", "gap", 0}, {"committer", "gap=30ms", "gap", 1}, {"committer", "gap=300ms", "gap", 2},
	{"deposer", "gap=800ms", "gap", 0}, {"deposer", "gap=300ms", "gap", 1}, {"deposer", "gap=2s", "gap", 2},
	{"trimmer", "gap=300ms", "gap", 0}, {"trimmer", "gap=1s", "gap", 1}, {"trimmer", "gap=100ms", "gap", 2},
	{"", "timeout=1s", "timeout", 0}, {"", "timeout=2s", "timeout", 1}, {"", "timeout=300ms", "timeout", 2},
	{"", "timeout=100ms", "timeout", 3},
}

// client is `client I: option ...`, with when it begins and ends, and its ways.
func (p *parser) client(index, text string) error {
	i, err := number(index)
	if err != nil || i >= uint64(len(p.kinds)) {
		return fmt.Errorf("%q is no client of those that the line clients: before it names", index)
	}
	kind, knob := p.kinds[i], node+"knob/client"+index
	return options(text, func(name, value string) error {
		switch name {
		case "absent":
			p.s.Set(knob+"/until", 0, 0)
			return nil
		case "from", "until":
			at, err := duration(value)
			p.s.Set(knob+"/"+name, 0, min(at, math.MaxInt64))
			return err
		}
		full := name
		if name == "topics" && value == "all" {
			p.s.Rest(node+"plan/client"+index+"/topics", 0, 1)
			return nil
		}
		if value != "" {
			full += "=" + value
		}
		var all []string
		for _, w := range ways {
			if w.kinds != "" && !slices.Contains(strings.Fields(w.kinds), kind) {
				continue
			}
			if w.name == full {
				p.s.Set(node+"plan/client"+index+"/"+w.stream, 0, w.choice)
				return nil
			}
			all = append(all, w.name)
		}
		return fmt.Errorf("a client of the kind %s takes %s, topics=all, from, until, absent", kind, strings.Join(all, " "))
	})
}
