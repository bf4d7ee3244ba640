package canon

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// AppendUint appends an unsigned number as a minimal varint.
func AppendUint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

// AppendInt appends a signed number as a minimal zigzag varint.
func AppendInt(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

// AppendBool appends one byte, 0 or 1.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendString appends the length and the bytes.
func AppendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendBytes appends a byte slice, telling nil from empty.
func AppendBytes(b, s []byte) []byte {
	return append(AppendLen(b, len(s), s == nil), s...)
}

// AppendLen begins a slice of n elements: 0 stands for nil, n+1 for n elements.
func AppendLen(b []byte, n int, isNil bool) []byte {
	if isNil {
		return append(b, 0)
	}
	return binary.AppendUvarint(b, uint64(n)+1)
}

// SortedKeys lists the keys of a map in their natural order.
func SortedKeys[M ~map[K]V, K cmp.Ordered, V any](m M) []K {
	return SortedKeysFunc(m, cmp.Compare[K])
}

// SortedKeysFunc lists the keys of a map in the order that compare gives; compare must tell any
// two keys apart, else the order would be the map's own.
func SortedKeysFunc[M ~map[K]V, K comparable, V any](m M, compare func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compare)
	return keys
}

// CompareBytes orders byte arrays that have no Compare of their own.
func CompareBytes(a, b []byte) int { return bytes.Compare(a, b) }
