package scenario

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"momus/sim"
)

// Scenario is what a file says.
type Scenario struct {
	// Promise is what must hold, in a sentence.
	Promise string
	// Seed draws what the file does not say; if Benign is set, that is 0.
	Seed   uint64
	Benign bool
	// Overrides are what the file says, as choices.
	Overrides map[string]sim.Override
	// Expect is what must come of it.
	Expect []Expectation
}

// node is what the streams of a scenario's only node begin with.
const node = "node0/"

// Options are the world's.
func (s *Scenario) Options() sim.Options {
	return sim.Options{Overrides: s.Overrides, Benign: s.Benign}
}

// Missed lists what did not come out as it must.
func (s *Scenario) Missed(r *sim.Report) []string {
	var missed []string
	for _, e := range s.Expect {
		if text := e.missed(r); text != "" {
			missed = append(missed, text)
		}
	}
	return missed
}

// planned is the pattern of the streams that plan a world.
const planned = node + "plan/*"

func isPlan(key string) bool { return strings.HasPrefix(key, node+"plan/") }

// Set overrides one value of a stream. The others stay benign where a plan is.
func (s *Scenario) Set(key string, ordinal, value uint64) {
	o, known := s.Overrides[key]
	if _, benign := s.Overrides[planned]; benign && !known && isPlan(key) {
		o.HasEnd = true
	}
	if o.Values == nil {
		o.Values = map[uint64]uint64{}
	}
	o.Values[ordinal] = value
	s.Overrides[key] = o
}

// Rest overrides all values of a stream from one on.
func (s *Scenario) Rest(key string, from, value uint64) {
	o := s.Overrides[key]
	o.HasEnd, o.End, o.Rest = true, from, value
	s.Overrides[key] = o
}

// EndWith is Rest, and forgets what was said of values from there on.
func (s *Scenario) EndWith(key string, from, value uint64) {
	s.Rest(key, from, value)
	for _, at := range slices.Sorted(maps.Keys(s.Overrides[key].Values)) {
		if at >= from {
			delete(s.Overrides[key].Values, at)
		}
	}
}

// Clone is a copy that may be changed.
func (s *Scenario) Clone() *Scenario {
	c := *s
	c.Expect = slices.Clone(s.Expect)
	c.Overrides = make(map[string]sim.Override, len(s.Overrides))
	for _, key := range slices.Sorted(maps.Keys(s.Overrides)) {
		o := s.Overrides[key]
		if values := o.Values; values != nil {
			o.Values = make(map[uint64]uint64, len(values))
			for _, at := range slices.Sorted(maps.Keys(values)) {
				o.Values[at] = values[at]
			}
		}
		c.Overrides[key] = o
	}
	return &c
}

// Parse reads a file.
func Parse(text string) (*Scenario, error) {
	p := &parser{s: &Scenario{Overrides: map[string]sim.Override{}}}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		what, rest, found := strings.Cut(line, ":")
		if !found {
			return nil, fmt.Errorf("line %d: %q says nothing: it takes a word, a colon and more", number, line)
		}
		if at := strings.Index(rest, " # "); at >= 0 && what != "promise" {
			rest = rest[:at]
		}
		if err := p.line(strings.TrimSpace(what), strings.TrimSpace(rest)); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", number, what, err)
		}
	}
	switch s := p.s; {
	case s.Promise == "":
		return nil, errors.New("no line promise: says what is to hold")
	case !p.seeded:
		return nil, errors.New("no line seed: says what is drawn")
	case len(s.Expect) == 0:
		return nil, errors.New("no line expect: says how it must come out")
	}
	return p.s, nil
}

// parser is a file that is being read.
type parser struct {
	s      *Scenario
	seeded bool
	orders uint64
	// kinds are those of the clients, if the file says how many there are.
	kinds []string
	// groups are those of consumers, if the file says how many there are.
	groups []groupPlan
}

// line takes one line.
func (p *parser) line(what, rest string) (err error) {
	if !p.seeded && what != "promise" && what != "seed" {
		return errors.New("a line seed: comes first")
	}
	first, more, _ := strings.Cut(what, " ")
	switch {
	case what == "promise":
		p.s.Promise = rest
	case what == "seed":
		return p.seed(rest)
	case what == "plan":
		return p.plan(rest)
	case what == "length":
		return p.length(rest)
	case what == "node":
		return p.node(rest)
	case what == "topics":
		return p.topics(rest)
	case first == "topic":
		return p.topic(more, rest)
	case what == "groups":
		return p.groupCount(rest)
	case first == "group":
		return p.group(more, rest)
	case what == "clients":
		return p.clients(rest)
	case first == "client":
		return p.client(more, rest)
	case first == "at":
		return p.at(more, rest)
	case first == "from":
		return p.from(more, rest)
	case what == "crash leaves":
		return p.leaves(rest)
	case what == "choose":
		return p.choose(rest)
	case what == "off":
		return p.off(rest)
	case what == "expect":
		var e Expectation
		if e, err = parseExpectation(rest); err == nil {
			p.s.Expect = append(p.s.Expect, e)
		}
		return err
	default:
		return errors.New("there is no such line")
	}
	return nil
}
