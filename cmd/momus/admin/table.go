package admin

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// table is rows under headings, for people.
type table struct {
	heads []string
	rows  [][]string
}

func newTable(heads ...string) *table { return &table{heads: heads} }

// add adds a row; an empty cell shows as a dash, so that columns can be counted.
func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case []int32:
			row[i] = list(c)
		default:
			row[i] = fmt.Sprint(c)
		}
		if row[i] == "" {
			row[i] = "-"
		}
	}
	t.rows = append(t.rows, row)
}

func (t *table) write(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.heads}, t.rows...) {
		if _, err := fmt.Fprintln(tw, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return tw.Flush()
}

// list is numbers with commas between them.
func list(ns []int32) string {
	text := make([]string, len(ns))
	for i, n := range ns {
		text[i] = strconv.Itoa(int(n))
	}
	return strings.Join(text, ",")
}

// show prints a value: as JSON, or by what the tables say.
func (s *session) show(value any, tables ...*table) error {
	if s.output == "json" {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "  ")
		return e.Encode(value)
	}
	for i, t := range tables {
		if i > 0 {
			if _, err := fmt.Fprintln(s.out); err != nil {
				return err
			}
		}
		if err := t.write(s.out); err != nil {
			return err
		}
	}
	return nil
}

// outcome is what happened to one of the things that a command was asked to do.
type outcome struct {
	Name   string `json:"name"`
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
}

// outcomes gathers what happened, and ends a command.
type outcomes struct {
	s    *session
	all  []outcome
	errs int
}

func (o *outcomes) did(name, result string) {
	o.all = append(o.all, outcome{Name: name, Result: result})
}

func (o *outcomes) failed(name string, err error) {
	o.all = append(o.all, outcome{Name: name, Result: "failed", Error: err.Error()})
	o.errs++
	o.s.failed(err)
}

// end prints a line for each success, as failures had theirs on standard error; or all of it as JSON.
func (o *outcomes) end() error {
	if o.s.output == "json" {
		if err := o.s.show(o.all); err != nil {
			return err
		}
	} else {
		for _, one := range o.all {
			if one.Error != "" {
				continue
			}
			if _, err := fmt.Fprintln(o.s.out, one.Name+" "+one.Result); err != nil {
				return err
			}
		}
	}
	if o.errs > 0 {
		return errSaid
	}
	return nil
}

// bytes is a size for people.
func bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return strconv.FormatInt(n, 10) + " B"
	}
	size, at := float64(n)/unit, 0
	for size >= unit && at < len(units)-1 {
		size, at = size/unit, at+1
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + units[at]
}

var units = []string{"KiB", "MiB", "GiB", "TiB", "PiB"}
