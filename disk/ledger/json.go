package ledger

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is a JSON object of one level: each value is the text of a number, or a string's
// characters. Nested values are passed over; they occur in the quorum-state of older versions,
// where nothing is needed of them.
type object map[string]string

var errJSON = errors.New("not a JSON object")

// parseObject reads a whole text as one object. Numbers are integers: Kafka writes no others here.
func parseObject(text string) (object, error) {
	s := scanner{text: text}
	values := object{}
	s.want('{')
	for first := true; s.err == nil && !s.take('}'); first = false {
		if !first {
			s.want(',')
		}
		key := s.quoted()
		s.want(':')
		value, plain := s.value(0)
		if _, twice := values[key]; twice && s.err == nil {
			return nil, fmt.Errorf("%w: %q is given twice", errJSON, key)
		}
		if plain {
			values[key] = value
		}
	}
	s.space()
	if s.err == nil && s.at < len(s.text) {
		s.fail()
	}
	return values, s.err
}

// number is a field that must be an integer of the given width.
func (o object) number(key string, bits int) (int64, error) {
	text, ok := o[key]
	if !ok {
		return 0, fmt.Errorf("%s is missing", key)
	}
	n, err := strconv.ParseInt(text, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%s %q is not a number of %d bits", key, text, bits)
	}
	return n, nil
}

// scanner walks over JSON; after the first error nothing moves any more.
type scanner struct {
	text string
	at   int
	err  error
}

// nestingMax bounds the depth of what is passed over.
const nestingMax = 16

func (s *scanner) fail() {
	if s.err == nil {
		s.err = fmt.Errorf("%w: unexpected text at byte %d", errJSON, s.at)
	}
	s.at = len(s.text)
}

func (s *scanner) space() {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.err == nil && s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) want(c byte) {
	if !s.take(c) {
		s.fail()
	}
}

// value reads any value; plain says that it is a string or a word, whose text is returned.
func (s *scanner) value(depth int) (text string, plain bool) {
	s.space()
	switch {
	case depth > nestingMax, s.at == len(s.text):
		s.fail()
	case s.text[s.at] == '"':
		return s.quoted(), true
	case s.take('['):
		for first := true; s.err == nil && !s.take(']'); first = false {
			if !first {
				s.want(',')
			}
			s.value(depth + 1)
		}
	case s.take('{'):
		for first := true; s.err == nil && !s.take('}'); first = false {
			if !first {
				s.want(',')
			}
			s.quoted()
			s.want(':')
			s.value(depth + 1)
		}
	default:
		return s.word(), true
	}
	return "", false
}

// word reads an integer, true, false or null.
func (s *scanner) word() string {
	from := s.at
	for s.at < len(s.text) && strings.IndexByte(",:]} \t\r\n", s.text[s.at]) < 0 {
		s.at++
	}
	word := s.text[from:s.at]
	switch word {
	case "true", "false", "null":
		return word
	}
	digits := strings.TrimPrefix(word, "-")
	leading := len(digits) > 1 && digits[0] == '0'
	if digits == "" || leading || strings.Trim(digits, "0123456789") != "" {
		s.fail()
	}
	return word
}

// quoted reads a string. The escapes of one character and \u are known; surrogates are not.
func (s *scanner) quoted() string {
	s.want('"')
	var b strings.Builder
	for s.err == nil {
		if s.at == len(s.text) || s.text[s.at] < ' ' {
			s.fail()
			break
		}
		c := s.text[s.at]
		s.at++
		switch c {
		case '"':
			if !utf8.ValidString(b.String()) {
				s.fail()
			}
			return b.String()
		case '\\':
			s.escape(&b)
		default:
			b.WriteByte(c)
		}
	}
	return ""
}

func (s *scanner) escape(b *strings.Builder) {
	if s.at == len(s.text) {
		s.fail()
		return
	}
	c := s.text[s.at]
	s.at++
	if at := strings.IndexByte(`"\/bfnrt`, c); at >= 0 {
		b.WriteByte("\"\\/\b\f\n\r\t"[at])
		return
	}
	if c != 'u' || len(s.text)-s.at < 4 {
		s.fail()
		return
	}
	r, err := strconv.ParseUint(s.text[s.at:s.at+4], 16, 16)
	if err != nil || !utf8.ValidRune(rune(r)) {
		s.fail()
		return
	}
	s.at += 4
	b.WriteRune(rune(r))
}

// appendQuoted writes a string that needs no escapes: ids.
func appendQuoted(b []byte, s string) []byte {
	if strings.ContainsAny(s, "\"\\") || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		panic("BUG: an id that JSON would have to escape")
	}
	return append(append(append(b, '"'), s...), '"')
}
