package topicregex

import (
	"slices"
	"testing"
)

func TestExpressionsMatchWholeNames(t *testing.T) {
	names := []string{"a", "ab", "b", "orders.eu", "orders_us", "xorders.eu"}
	for _, c := range []struct {
		expr string
		want []string
	}{
		{"a", []string{"a"}},
		{"a|b", []string{"a", "b"}},
		{"a|ab", []string{"a", "ab"}},
		{"a.*", []string{"a", "ab"}},
		{`orders[._].*`, []string{"orders.eu", "orders_us"}},
		{"^a$", []string{"a"}},
		{"(?i)A", []string{"a"}},
		{"a)|(b", nil},
		{"", nil},
		{"[", nil},
	} {
		if got := Resolve([]string{c.expr}, names)[0]; !slices.Equal(got, c.want) {
			t.Errorf("%q matches %q, want %q", c.expr, got, c.want)
		}
	}
}

// TestFaultsAreToldInKafkasWords: the texts are those of re2j 1.8, which Kafka 4.3 compiles with.
func TestFaultsAreToldInKafkasWords(t *testing.T) {
	for expr, want := range map[string]string{
		"a.*": "", "": "", "[": "missing closing ]", "(": "missing closing )", "*": "missing argument to repetition operator",
		"a**": "invalid nested repetition operator", `\`: "trailing backslash at end of expression",
		`(?<=a)b`: "invalid named capture", `(a)\1`: "invalid escape sequence", "a{1001}": "invalid repeat count",
		"[b-a]": "invalid character class range",
		"a)":    "regexp/syntax: internal error", "(?P<n>a)(?P<n>b)": "duplicate capture group name", "(?P<n>a)(b)(c)": "",
	} {
		if got := Check(expr); got != want {
			t.Errorf("%q: %q, want %q", expr, got, want)
		}
	}
}
