package canon

import "strconv"

// AppendQuoted appends text or bytes in Go's quoted form; nil bytes print like empty ones.
func AppendQuoted[T ~string | ~[]byte](b []byte, s T) []byte {
	return strconv.AppendQuote(b, string(s))
}
