package scenario

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
)

// Expectation is one thing that must come of a run.
type Expectation struct {
	// Verdict is a verdict by its name, if Check is empty and Count too; Check is one that must speak.
	Verdict, Check string
	// Count is a figure of the report, which must be at least, at most or exactly N as Relation says; a
	// Mark is one of what was reached.
	Count, Mark, Relation string
	N                     uint64
}

// String is the expectation as a file says it.
func (e Expectation) String() string {
	switch {
	case e.Check != "":
		return "violation " + e.Check
	case e.Count != "":
		return e.Count + " " + e.Relation + " " + strconv.FormatUint(e.N, 10)
	case e.Mark != "":
		return "mark " + e.Mark + " " + e.Relation + " " + strconv.FormatUint(e.N, 10)
	}
	return e.Verdict
}

func parseExpectation(text string) (e Expectation, err error) {
	fields := strings.Fields(text)
	switch {
	case len(fields) == 1 && (text == "ok" || text == "crash" || text == "liveness" || text == "correctness"):
		e.Verdict = text
		return e, nil
	case len(fields) == 2 && fields[0] == "violation":
		e.Check = fields[1]
		return e, nil
	case len(fields) == 2 && fields[0] == "mark":
		e.Mark, e.Relation, e.N = fields[1], ">=", 1
		return e, nil
	case len(fields) == 4 && fields[0] == "mark" && isRelation(fields[2]):
		e.Mark, e.Relation = fields[1], fields[2]
		e.N, err = number(fields[3])
		return e, err
	case len(fields) == 3 && isRelation(fields[1]):
		e.Count, e.Relation = fields[0], fields[1]
		if !isCount(e.Count) {
			return e, errors.New(e.Count + ": nothing is counted under that name; `momus sim --seed 1` lists what is")
		}
		e.N, err = number(fields[2])
		return e, err
	}
	return e, errors.New("it takes ok, crash, liveness, correctness, violation CHECK, mark NAME, or NAME >= N, with = or <= likewise")
}

func isCount(name string) bool {
	return slices.ContainsFunc((&sim.Report{}).Counts(), func(c sim.Count) bool { return c.Name == name })
}

// missed says how a report is not as expected, or nothing.
func (e Expectation) missed(r *sim.Report) string {
	switch {
	case e.Check != "":
		if !slices.ContainsFunc(r.Violations, func(v sim.Violation) bool { return v.Checker == e.Check }) {
			return "expected " + e.String() + ", and that check did not speak: " + told(r)
		}
	case e.Count != "":
		return e.compare(countOf(r, e.Count))
	case e.Mark != "":
		n, known := r.Mark(e.Mark)
		if !known {
			return "expected " + e.String() + ", and there is no such mark; `momus sim scenario --counts` lists them"
		}
		return e.compare(n)
	case r.Verdict.String() != e.Verdict:
		return "expected " + e.Verdict + ": " + told(r)
	}
	return ""
}

func isRelation(text string) bool { return text == ">=" || text == "=" || text == "<=" }

// compare says how a number is not as expected, or nothing.
func (e Expectation) compare(n uint64) string {
	if e.Relation == ">=" && n < e.N || e.Relation == "<=" && n > e.N || e.Relation == "=" && n != e.N {
		return "expected " + e.String() + ", and it is " + strconv.FormatUint(n, 10)
	}
	return ""
}

func countOf(r *sim.Report, name string) uint64 {
	for _, c := range r.Counts() {
		if c.Name == name {
			return c.N
		}
	}
	return 0
}

// told is how a run came out, in a line.
func told(r *sim.Report) string {
	text := "verdict " + r.Verdict.String()
	if len(r.Violations) > 0 {
		text += ", " + r.Violations[0].Checker + ": " + r.Violations[0].Text
	}
	return text
}
