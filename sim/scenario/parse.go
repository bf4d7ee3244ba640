package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

func (p *parser) seed(text string) error {
	p.seeded = true
	if text == "benign" {
		p.s.Benign = true
		return nil
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is neither a number nor benign", text)
	}
	p.s.Seed = seed
	return nil
}

// plan leaves away all that the seed plans: limits, clients, faults. What it draws as it goes, delays and
// sizes and what a crash leaves, is as it was.
func (p *parser) plan(text string) error {
	if text != "benign" {
		return fmt.Errorf("%q: it can be benign only", text)
	}
	if len(p.s.Overrides) > 0 {
		return errors.New("it comes before what is planned")
	}
	p.s.Rest(planned, 0, 0)
	return nil
}

// length is the time until the world heals.
func (p *parser) length(text string) error {
	nanos, err := duration(text)
	if err != nil {
		return err
	}
	p.s.Set(node+"knob/length", 0, nanos)
	return nil
}

// choose is `KEY ORDINAL = VALUE`, `KEY FIRST..LAST = VALUE` or `KEY FIRST.. = VALUE`.
func (p *parser) choose(text string) error {
	left, right, found := strings.Cut(text, "=")
	fields := strings.Fields(left)
	if !found || len(fields) != 2 {
		return errors.New("it takes KEY ORDINAL = VALUE; an ordinal may be A..B, or A.. for all from there on")
	}
	value, err := number(right)
	if err != nil {
		return err
	}
	from, to, several := strings.Cut(fields[1], "..")
	first, err := number(from)
	if err != nil {
		return err
	}
	last := first
	switch {
	case several && to == "":
		p.s.Rest(fields[0], first, value)
		return nil
	case several:
		if last, err = number(to); err != nil {
			return err
		}
	}
	if last < first || last-first > rangeMax {
		return fmt.Errorf("%s: at most %d ordinals, the first before the last", fields[1], rangeMax)
	}
	for at := first; at <= last; at++ {
		p.s.Set(fields[0], at, value)
	}
	return nil
}

// rangeMax bounds a range of ordinals in one line.
const rangeMax = 100_000

// off is `KEY...`: of these streams every value is the benign one. With a number behind a key it is from
// that ordinal on.
func (p *parser) off(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		fields := strings.Fields(part)
		switch len(fields) {
		case 1:
			p.s.Rest(fields[0], 0, 0)
		case 2:
			from, err := number(fields[1])
			if err != nil {
				return err
			}
			p.s.Rest(fields[0], from, 0)
		default:
			return errors.New("it takes keys of streams, with commas between them")
		}
	}
	return nil
}

func number(text string) (uint64, error) {
	text = strings.TrimSpace(text)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

// units of time, in nanoseconds; those that end alike come after the longer ones.
var units = []struct {
	name  string
	nanos uint64
}{{"ms", 1_000_000}, {"us", 1_000}, {"ns", 1}, {"s", 1_000_000_000}}

// duration reads a time, as 1500ms or 2s, in nanoseconds.
func duration(text string) (uint64, error) {
	for _, u := range units {
		if digits, ok := strings.CutSuffix(text, u.name); ok {
			n, err := strconv.ParseUint(digits, 10, 64)
			if err != nil || n > 1<<62/u.nanos {
				break
			}
			return n * u.nanos, nil
		}
	}
	return 0, fmt.Errorf("%q is no time; one is 1500ms, 2s, 70us", text)
}

// options reads `name=value name ...`.
func options(text string, take func(name, value string) error) error {
	for word := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(word, "=")
		if err := take(name, value); err != nil {
			return fmt.Errorf("%s: %w", word, err)
		}
	}
	return nil
}
