package metrics

import (
	"strconv"
	"strings"

	"momus/core/kafka"
)

// text writes metrics in the text format of Prometheus, version 0.0.4: a family at a time, each with
// its help and type.
type text struct {
	b    []byte
	name string
}

// label is one label of a sample.
type label struct{ name, value string }

// family begins the samples of one name.
func (t *text) family(name, kind, help string) {
	t.name = "momus_" + name
	for _, part := range [...]string{"# HELP ", t.name, " ", help, "\n# TYPE ", t.name, " ", kind, "\n"} {
		t.b = append(t.b, part...)
	}
}

// escapes are those of a label's value.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (t *text) head(suffix string, labels []label) {
	t.b = append(append(t.b, t.name...), suffix...)
	for i, l := range labels {
		if i == 0 {
			t.b = append(t.b, '{')
		} else {
			t.b = append(t.b, ',')
		}
		t.b = append(append(t.b, l.name...), `="`...)
		t.b = append(append(t.b, escapes.Replace(l.value)...), '"')
	}
	if len(labels) > 0 {
		t.b = append(t.b, '}')
	}
	t.b = append(t.b, ' ')
}

func (t *text) int(v int64, labels ...label) {
	t.head("", labels)
	t.b = append(strconv.AppendInt(t.b, v, 10), '\n')
}

// seconds writes a time.
func (t *text) seconds(d kafka.Nanos, labels ...label) {
	t.head("", labels)
	t.b = append(seconds(t.b, d), '\n')
}

// flag is 1 or 0.
func (t *text) flag(v bool, labels ...label) {
	if v {
		t.int(1, labels...)
		return
	}
	t.int(0, labels...)
}

// boundNames are the upper bounds as the label le has them.
var boundNames = func() (names [len(bounds) + 1]string) {
	for i, b := range bounds {
		names[i] = string(seconds(nil, b))
	}
	names[len(bounds)] = "+Inf"
	return names
}()

// histogram writes buckets, which count all below their bound, the sum in seconds and the count.
func (t *text) histogram(h *histogram, labels ...label) {
	n := int64(0)
	with := append(labels[:len(labels):len(labels)], label{name: "le"})
	for i, c := range h.counts {
		n += c
		with[len(labels)].value = boundNames[i]
		t.head("_bucket", with)
		t.b = append(strconv.AppendInt(t.b, n, 10), '\n')
	}
	t.head("_sum", labels)
	t.b = append(seconds(t.b, h.sum), '\n')
	t.head("_count", labels)
	t.b = append(strconv.AppendInt(t.b, n, 10), '\n')
}

// seconds writes nanoseconds as seconds.
func seconds(b []byte, d kafka.Nanos) []byte {
	b = strconv.AppendInt(b, int64(d/kafka.Second), 10)
	rest := strconv.Itoa(int(d%kafka.Second) + int(kafka.Second))[1:]
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		b = append(append(b, '.'), rest...)
	}
	return b
}
