package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// run is one run over both brokers.
type run struct {
	kafka, ours *side
	tally       tally
	// n numbers the requests: names that must be new are made of it.
	n int
	// sinks counts the topics that batches went to.
	sinks int
	// only is the part of an API's name that is asked for, "" for all; verbose prints each pair.
	only    string
	verbose bool
}

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "differential:", err)
		os.Exit(1)
	}
}

func command() error {
	kafka := flag.String("kafka", "", "address of a fresh Apache Kafka, node 1")
	kafkaDir := flag.String("kafka-dir", "", "its log directory")
	ours := flag.String("ours", "", "address of a fresh Momus, node 1")
	oursDir := flag.String("ours-dir", "", "its log directory")
	list := flag.String("list", "docs/differences.md", "the differences that stay")
	only := flag.String("only", "", "only APIs with this in their name")
	verbose := flag.Bool("v", false, "print each pair")
	flag.Parse()
	rows, err := readRows(*list)
	if err != nil {
		return fmt.Errorf("%s: %w", *list, err)
	}
	r := &run{
		kafka: newSide("Kafka", *kafka, *kafkaDir), ours: newSide("Momus", *ours, *oursDir),
		only: *only, verbose: *verbose, tally: tally{rows: rows, index: map[string]*group{}, seen: map[seen]bool{}},
	}
	defer r.kafka.close()
	defer r.ours.close()
	if err := r.setUp(); err != nil {
		return err
	}
	if err := r.all(); err != nil {
		return err
	}
	r.tally.figure(os.Stdout)
	if c := r.tally.complaints(r.only == ""); len(c) > 0 {
		return errors.New(fmt.Sprint(len(c), " complaints\n", strings.Join(c, "\n")))
	}
	return nil
}

// specs are all APIs that somebody wrote requests for.
func specs() []*spec {
	return slices.Concat(ofRecords(), ofTopics(), ofAdmin(), ofGroups(), ofConsumerGroups(), ofClassicGroups())
}

// specOf finds an API's requests.
func specOf(key int16) *spec {
	for _, a := range specs() {
		if a.key == key {
			return a
		}
	}
	return bare(key)
}

// all asks everything that Momus advertises. What reads goes first, while the state is the set-up's.
func (r *run) all() error {
	for _, reads := range []bool{true, false} {
		for _, v := range r.ours.versions {
			a := specOf(v.ApiKey)
			if a.reads != reads || !strings.Contains(kmsg.NameForKey(v.ApiKey), r.only) {
				continue
			}
			for version := v.MinVersion; version <= v.MaxVersion; version++ {
				c := &counts{api: a, version: version}
				r.tally.versions = append(r.tally.versions, c)
				if err := r.version(a, c); err != nil {
					return err
				}
			}
			if err := r.beyond(a, v.MinVersion, v.MaxVersion); err != nil {
				return err
			}
		}
	}
	return nil
}

// version asks all requests of one version of an API.
func (r *run) version(a *spec, c *counts) error {
	for _, v := range a.variants(r.ours, c.version) {
		if err := r.pair(a, c, v); err != nil {
			return err
		}
	}
	return nil
}

// beyond asks versions that are not served.
func (r *run) beyond(a *spec, least, most int16) error {
	for _, version := range []int16{least - 1, most + 1, most + 100, -1, -1 << 15} {
		if version >= least && version <= most || version == least-1 && least == 0 {
			continue
		}
		v := variant{"in a version that is not served", func(s *side, n int) *request {
			q := encode(a.good(s, most, n), most)
			q.version, q.downgraded = version, true
			return q
		}}
		if err := r.pair(a, &counts{api: a, version: version}, v); err != nil {
			return err
		}
	}
	return nil
}

// again is how often, and after what time, a question is asked again whose answers differ.
const (
	again      = 20
	againAfter = 50 * time.Millisecond
)

// pair asks both sides one thing and notes what differs.
func (r *run) pair(a *spec, c *counts, v variant) error {
	r.n++
	r.kafka.number, r.ours.number = itoa(r.n), itoa(r.n)
	if a.prepare != nil {
		if err := a.prepare(r, r.n); err != nil {
			return err
		}
	}
	api := kmsg.NameForKey(a.key)
	found, theirs, err := r.ask(api, v)
	for i := 0; err == nil && a.reads && i < again && r.tally.unlisted(api, c.version, v.name, found); i++ {
		time.Sleep(againAfter)
		found, theirs, err = r.ask(api, v)
	}
	if err != nil {
		return err
	}
	if theirs.good() {
		c.good++
	} else {
		c.bad++
	}
	if r.verbose {
		fmt.Printf("%s v%d %s: %s, %d differences\n", api, c.version, v.name, theirs.text(), len(found))
	}
	r.tally.add(api, c.version, v.name, found)
	if a.key == produceKey && len(found) > 0 {
		return r.newSink()
	}
	return nil
}

func (r *run) ask(api string, v variant) ([]difference, outcome, error) {
	asked := v.make(r.kafka, r.n)
	asked.name = v.name
	theirs, err := r.kafka.exchange(asked)
	if err != nil {
		return nil, theirs, err
	}
	ours, err := r.ours.exchange(v.make(r.ours, r.n))
	if err != nil {
		return nil, theirs, err
	}
	r.kafka.learnFrom(theirs)
	r.ours.learnFrom(ours)
	return compare(api, r.kafka, r.ours, theirs, ours), theirs, nil
}

// learnFrom remembers the ids of topics that were made.
func (s *side) learnFrom(o outcome) {
	switch r := o.body.(type) {
	case *kmsg.CreateTopicsResponse:
		for _, t := range r.Topics {
			s.learn(t.Topic, t.TopicID)
		}
	case *kmsg.MetadataResponse:
		for _, t := range r.Topics {
			if t.Topic != nil {
				s.learn(*t.Topic, t.TopicID)
			}
		}
	}
}
