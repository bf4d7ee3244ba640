package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// tableFile is the generated page, relative to the root.
const tableFile = "docs/gallery.md"

const tableHead = `# The gallery of mutations

Written by ` + "`make gallery`" + `; not by hand. Each mutation breaks the broker on purpose, in one place;
seeds from 1 on are simulated until the named check objects. A catch counts only if the same seed is
green without the mutation. *Seeds* is how many it took; *median* that of several starts, each at other
seeds, which stand behind it (- is one that got away); *own assertions* is the first seed at which
the core's own checks spoke, *others* what else objected and when: they do not count. The hash is
that of the mutation and its source: what it no longer fits is run again by CI.

| mutation | source | check | seeds | median | own assertions | others | hash | what breaks |
|---|---|---|--:|---|--:|---|---|---|
`

// hashColumn is where a row's hash stands.
const hashColumn = 7

// columns is how many there are.
const columns = 9

// seedsColumn is where the seeds of the first start stand.
const seedsColumn = 3

// medianColumn is where the median of several starts stands.
const medianColumn = 4

// table is the rows of the page by the mutation's name.
type table map[string]string

// readTable reads the page; one that does not exist is empty. Rows of before there were medians get none.
func readTable(path string) (table, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return table{}, nil
	}
	if err != nil {
		return nil, err
	}
	t := table{}
	_, rows, _ := strings.Cut(string(text), "\n|---|")
	_, rows, _ = strings.Cut(rows, "\n")
	for line := range strings.Lines(rows) {
		switch row := cells(line); len(row) {
		case columns - 1:
			t[row[0]] = rowOf(slices.Insert(row, medianColumn, "-"))
		case columns:
			t[row[0]] = rowOf(row)
		}
	}
	return t, nil
}

func rowOf(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

func cells(row string) []string {
	parts := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// hash is the hash that the row of that name was made with, or empty.
func (t table) hash(name string) string {
	if row, ok := t[name]; ok {
		return cells(row)[hashColumn]
	}
	return ""
}

// quickest is the start that took the fewest seeds when the row was made, and how many; 0 and 0 without a row.
func (t table) quickest(name string) (start, seeds int) {
	row, ok := t[name]
	if !ok {
		return 0, 0
	}
	seeds, _ = strconv.Atoi(cells(row)[seedsColumn]) // 0 for the one that nobody is to catch
	_, list, _ := strings.Cut(strings.TrimSuffix(cells(row)[medianColumn], ")"), "(")
	for i, cell := range strings.Split(list, ", ") {
		if n, err := strconv.Atoi(cell); err == nil && n < seeds {
			start, seeds = i, n
		}
	}
	return start, seeds
}

// put makes the row of a result.
func (t table) put(r *result) {
	m := r.mutation
	seeds, crash, other := fmt.Sprint(r.caught), "-", "-"
	if m.harmless() {
		seeds = fmt.Sprintf("not in %d", r.tried)
	}
	if r.crash != 0 {
		crash = fmt.Sprint(r.crash)
	}
	if r.other != "" {
		other = r.other
	}
	median := "-"
	if len(r.starts) > 1 && !m.harmless() {
		median = r.medianCell()
	} else if t.hash(m.name) == r.hash {
		median = cells(t[m.name])[medianColumn] // of the run before, on the same source
	}
	t[m.name] = rowOf([]string{m.name, m.file, m.checker, seeds, median, crash, other, r.hash, m.why})
}

// medianCell is the median with the starts that it is of.
func (r *result) medianCell() string {
	var starts []string
	for _, n := range r.starts {
		if n == 0 {
			starts = append(starts, "-")
		} else {
			starts = append(starts, fmt.Sprint(n))
		}
	}
	median := fmt.Sprint(r.median())
	if r.median() == 0 {
		median = "-"
	}
	return median + " (" + strings.Join(starts, ", ") + ")"
}

// write writes the page: the rows of the mutations there are, in their order.
func (t table) write(path string, all []*mutation) error {
	var b strings.Builder
	b.WriteString(tableHead)
	for _, m := range all {
		if row, ok := t[m.name]; ok {
			b.WriteString(row + "\n")
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
