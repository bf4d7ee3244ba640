package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// The least that each API's version must have.
const (
	goodMin = 1
	badMin  = 3
)

// counts are of one API's version.
type counts struct {
	api       *spec
	version   int16
	good, bad int
}

// group gathers a difference that is the same for several requests or versions.
type group struct {
	api      string
	requests []string
	difference
	versions []int16
	listed   bool
}

// seen is a difference whatever the request.
type seen struct {
	api string
	difference
}

// generic leaves the keys of lists out.
func (d *difference) generic() difference { return difference{generic(d.field), d.kafka, d.ours} }

// tally is what a run counts.
type tally struct {
	pairs    int
	differ   int
	versions []*counts
	groups   []*group
	index    map[string]*group
	seen     map[seen]bool
	rows     []*row
}

// unlisted tells whether one of the differences is in no row, and was not seen before.
func (t *tally) unlisted(api string, version int16, request string, found []difference) bool {
	return slices.ContainsFunc(found, func(d difference) bool {
		return !t.seen[seen{api, d.generic()}] && !slices.ContainsFunc(t.rows, func(r *row) bool { return r.lists(api, version, request, &d) })
	})
}

// add notes what differs in one pair.
func (t *tally) add(api string, version int16, request string, found []difference) {
	t.pairs++
	if len(found) > 0 {
		t.differ++
	}
	for i := range found {
		d := &found[i]
		t.seen[seen{api, d.generic()}] = true
		listed := false
		for _, r := range t.rows {
			if r.lists(api, version, request, d) {
				r.used++
				listed = true
			}
		}
		key := strings.Join([]string{api, generic(d.field), d.kafka, d.ours, fmt.Sprint(listed)}, "\x00")
		g := t.index[key]
		if g == nil {
			g = &group{api: api, difference: *d, listed: listed}
			t.index[key] = g
			t.groups = append(t.groups, g)
		}
		if !slices.Contains(g.requests, request) {
			g.requests = append(g.requests, request)
		}
		if !slices.Contains(g.versions, version) {
			g.versions = append(g.versions, version)
		}
	}
}

// complaints are what fails the run; whole says that every API was asked.
func (t *tally) complaints(whole bool) []string {
	var list []string
	for _, g := range t.groups {
		if !g.listed {
			list = append(list, "not listed: "+g.String())
		}
	}
	for _, r := range t.rows {
		if r.used == 0 && whole {
			list = append(list, fmt.Sprintf("docs/differences.md:%d lists what doesn't differ: %s, %s, %s", r.line, r.api, r.request, r.field))
		}
	}
	for _, c := range t.versions {
		name := fmt.Sprintf("%s v%d", kmsg.NameForKey(c.api.key), c.version)
		excused := c.api.neverGood != "" || c.api.refused != nil && c.api.refused(c.version) != ""
		switch {
		case c.good < goodMin && !excused:
			list = append(list, fmt.Sprintf("missing: %s has %d good requests, and %d are wanted", name, c.good, goodMin))
		case c.good >= goodMin && excused:
			list = append(list, name+" is said to have no good request, and has one")
		}
		if c.bad < badMin {
			list = append(list, fmt.Sprintf("missing: %s has %d bad requests, and %d are wanted", name, c.bad, badMin))
		}
	}
	return list
}

func (g *group) String() string {
	escape := func(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
	requests := g.requests[0]
	if n := len(g.requests) - 1; n > 0 {
		requests += fmt.Sprintf(" (and %d others: %s)", n, shortened(strings.Join(g.requests[1:], "; ")))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", g.api, rangeOf(g.versions),
		escape(requests), escape(g.field), escape(g.kafka), escape(g.ours))
}

func rangeOf(versions []int16) string {
	first, last := slices.Min(versions), slices.Max(versions)
	if first == last {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// figure is the line that sums up.
func (t *tally) figure(w io.Writer) {
	var apis []*spec
	rows := 0
	for _, c := range t.versions {
		if !slices.Contains(apis, c.api) {
			apis = append(apis, c.api)
		}
	}
	for _, r := range t.rows {
		if r.used > 0 {
			rows++
		}
	}
	listed := "all of them listed"
	if slices.ContainsFunc(t.groups, func(g *group) bool { return !g.listed }) {
		listed = "not all of them listed"
	}
	fmt.Fprintf(w, "FIGURE differential: %d pairs, %d APIs, %d versions, %d differences in %d pairs, %s, in %d rows\n",
		t.pairs, len(apis), len(t.versions), len(t.groups), t.differ, listed, rows)
}
