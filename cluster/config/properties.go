package config

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseProperties reads Java's .properties format (java.util.Properties.load): comments with # or
// !, keys ended by =, : or white space, lines continued after an odd number of backslashes, and
// the escapes \t \n \r \f \uXXXX. The second result is a complaint about the format, or "".
func ParseProperties(text []byte) ([]Setting, string) {
	var settings []Setting
	lines := logicalLines(string(text))
	for _, line := range lines {
		raw, rest := splitKey(line)
		name, ok := unescape(raw)
		value, okValue := unescape(rest)
		if !ok || !okValue {
			return nil, line + `: allowed after \u are four hexadecimal digits`
		}
		settings = append(settings, Setting{Name: name, Value: value, From: FromFile})
	}
	return settings, ""
}

const propertiesBlank = " \t\f"

// logicalLines joins continued lines and leaves out blank lines and comments. The backslash that
// continues a line and the white space that the next begins with are gone.
func logicalLines(text string) []string {
	natural := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
	var lines []string
	for i := 0; i < len(natural); i++ {
		line := strings.TrimLeft(natural[i], propertiesBlank)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		for continued(line) {
			line = line[:len(line)-1]
			if i++; i == len(natural) {
				break
			}
			line += strings.TrimLeft(natural[i], propertiesBlank)
		}
		lines = append(lines, line)
	}
	return lines
}

// continued tells whether the line ends in an odd number of backslashes.
func continued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// splitKey cuts a line after its key: at the first =, : or blank that no backslash escapes. One
// = or : belongs to the separator, with the blanks around it.
func splitKey(line string) (key, value string) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
		} else if strings.IndexByte("=:"+propertiesBlank, line[i]) >= 0 {
			end = i
			break
		}
	}
	value = strings.TrimLeft(line[end:], propertiesBlank)
	if value != "" && (value[0] == '=' || value[0] == ':') {
		value = strings.TrimLeft(value[1:], propertiesBlank)
	}
	return line[:end], value
}

// unescape resolves backslashes; it fails on a \u without four hexadecimal digits.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break
		}
		switch s[i] {
		case 't':
			b.WriteByte('\t')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'f':
			b.WriteByte('\f')
		case 'u':
			unit, ok := utf16Unit(s[i+1:])
			if !ok {
				return "", false
			}
			i += 4
			if low, ok := lowSurrogate(unit, s[i+1:]); ok {
				unit = 0x10000 + (unit-0xd800)<<10 + (low - 0xdc00)
				i += 6
			}
			b.Write(utf8.AppendRune(nil, unit))
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), true
}

// utf16Unit reads the four digits that follow \u.
func utf16Unit(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	unit, err := strconv.ParseUint(s[:4], 16, 16)
	return rune(unit), err == nil
}

// lowSurrogate reads the second half of a character outside the basic plane, which .properties
// can only write as two escapes.
func lowSurrogate(high rune, s string) (rune, bool) {
	if high < 0xd800 || high > 0xdbff || !strings.HasPrefix(s, `\u`) {
		return 0, false
	}
	low, ok := utf16Unit(s[2:])
	return low, ok && low >= 0xdc00 && low <= 0xdfff
}
