package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPropertiesAreReadAsJavaDoes(t *testing.T) {
	for _, c := range []struct{ text, name, value string }{
		{"a=b", "a", "b"},
		{"a:b", "a", "b"},
		{"a b", "a", "b"},
		{"  a \t=\f b ", "a", "b "},
		{"a==b", "a", "=b"},
		{"a = : b", "a", ": b"},
		{"a", "a", ""},
		{"a\r\n", "a", ""},
		{`a\=b\:c\ d=e`, "a=b:c d", "e"},
		{"a=b\\\n    c,\\\r\n\td", "a", "bc,d"},
		{`a=b\\`, "a", `b\`},
		{"a=b\\\\\\\n c", "a", `b\c`},
		{"a=b\\", "a", "b"},
		{`a=\t\n\r\f\q`, "a", "\t\n\r\fq"},
		{`a=\u00e9\ud83d\ude00`, "a", "é😀"},
		{"a=b#c", "a", "b#c"},
		{"a=/var/päth", "a", "/var/päth"},
		{"=b", "", "b"},
	} {
		got, complaint := ParseProperties([]byte(c.text))
		want := []Setting{{Name: c.name, Value: c.value, From: FromFile}}
		if complaint != "" || !cmp.Equal(want, got) {
			t.Errorf("%q: %s%s", c.text, complaint, cmp.Diff(want, got))
		}
	}
}

func TestPropertiesCommentsAndBlanksAreNoSettings(t *testing.T) {
	got, complaint := ParseProperties([]byte("# a=b\n\n  ! c=d\n \t\n#e \\\nf=g\n"))
	if complaint != "" || len(got) != 1 || got[0].Name != "f" {
		t.Errorf("got %v %q, want f alone: a comment does not continue", got, complaint)
	}
}

func TestPropertiesRefuseBrokenUnicode(t *testing.T) {
	for _, text := range []string{`a=\u12`, `a=\u12g4`, `\u=b`} {
		if _, complaint := ParseProperties([]byte(text)); complaint != text+`: allowed after \u are four hexadecimal digits` {
			t.Errorf("%s: %q", text, complaint)
		}
	}
}

// escape is the dumb twin of the parser: it writes every character as an escape of its own.
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > 0xffff {
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func TestPropertiesRoundTripThroughEscapes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, value := rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value")
		got, complaint := ParseProperties([]byte(escape(name) + "=" + escape(value)))
		if complaint != "" || len(got) != 1 || got[0].Name != name || got[0].Value != value {
			t.Fatalf("%q=%q came back as %q %s", name, value, got, complaint)
		}
	})
}

func TestPropertiesOfAnyBytesDoNotPanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOf(rapid.SampledFrom([]byte("a=: \t\f\\\nu1#!\r\xff"))).Draw(t, "text")
		ParseProperties(text)
	})
}
