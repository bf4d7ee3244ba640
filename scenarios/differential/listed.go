package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// row is a difference that stays, as docs/differences.md lists it. A star in a column stands for anything.
type row struct {
	line                          int
	api, versions, request, field string
	kafka, ours                   string
	why                           string
	used                          int
	first, last                   int16
}

// head begins a table that this command reads.
var head = []string{"API", "versions", "request", "field", "Kafka", "Momus", "why"}

// readRows reads the tables of a document.
func readRows(name string) ([]*row, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parseRows(string(text))
}

func parseRows(text string) ([]*row, error) {
	var rows []*row
	inside := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		cells := cellsOf(line)
		switch {
		case cells == nil:
			inside = false
		case strings.Join(cells, "|") == strings.Join(head, "|"):
			inside = true
		case inside && strings.Trim(cells[0], "-") != "":
			r, err := rowOf(cells)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", number, err)
			}
			r.line = number
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, errors.New("there is no table of differences")
	}
	return rows, nil
}

// cellsOf splits a line of a table, or returns nil. Within a cell a bar is written \|.
func cellsOf(line string) []string {
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '|' || line[len(line)-1] != '|' {
		return nil
	}
	const bar = "\x00"
	cells := strings.Split(strings.ReplaceAll(line[1:len(line)-1], `\|`, bar), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], bar, "|"))
	}
	return cells
}

func rowOf(cells []string) (*row, error) {
	if len(cells) != len(head) {
		return nil, fmt.Errorf("%d columns, and %d are wanted", len(cells), len(head))
	}
	for i, c := range cells {
		if c == "" {
			return nil, fmt.Errorf("column %q is empty", head[i])
		}
	}
	r := &row{api: cells[0], versions: cells[1], request: cells[2], field: cells[3], kafka: cells[4], ours: cells[5], why: cells[6], last: 1<<15 - 1}
	if r.versions == "*" {
		return r, nil
	}
	first, last, ok := strings.Cut(r.versions, "-")
	if !ok {
		last = first
	}
	a, err := strconv.ParseInt(first, 10, 16)
	if err != nil {
		return nil, err
	}
	b, err := strconv.ParseInt(last, 10, 16)
	if err != nil {
		return nil, err
	}
	r.first, r.last = int16(a), int16(b)
	return r, nil
}

// lists tells whether a row is of this difference.
func (r *row) lists(api string, version int16, request string, d *difference) bool {
	return like(r.api, api) && r.first <= version && version <= r.last && like(r.request, request) &&
		like(r.field, d.field) && like(r.kafka, d.kafka) && like(r.ours, d.ours)
}

// like tells whether a text fits a pattern, in which a star stands for any text.
func like(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, last)
}
