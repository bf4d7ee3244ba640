package quota

import (
	"momus/core/image"
	"momus/core/record"
)

//go:generate go run momus/core/internal/gen

// Kind is what is limited.
type Kind uint8

// The kinds: bytes produced and fetched, nanoseconds of the broker's time, partitions changed.
const (
	Produce Kind = iota + 1
	Fetch
	Request
	Mutation
)

// kinds says of each its key, and how many millionths a second its unit is.
var kinds = [...]struct {
	key   string
	scale uint64
}{
	Produce: {"producer_byte_rate", 1e6},
	Fetch:   {"consumer_byte_rate", 1e6},
	// A percentage of one processor: 1% is 10^7 ns a second.
	Request:  {"request_percentage", 1e13},
	Mutation: {"controller_mutation_rate", 1e6},
}

// Limit is what those who share a scope may use, in millionths a second.
type Limit struct {
	Kind      Kind
	Scope     image.QuotaEntity
	PerSecond int64
}

// Find finds the limit that holds for a client, if there is one.
func Find(img *image.Image, kind Kind, user, client string) (l Limit, found bool) {
	var value record.FloatBits
	l.Kind = kind
	l.Scope, value, found = img.ClientQuota(user, client, kinds[kind].key)
	if found {
		l.PerSecond = value.Times(kinds[kind].scale)
	}
	return l, found
}
