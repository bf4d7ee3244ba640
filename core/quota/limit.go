package quota

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/record"
)

//go:generate go run momus/core/internal/gen

// Kind is what is limited.
type Kind uint8

// The kinds: bytes produced and fetched, nanoseconds of the broker's time, partitions changed, connections of an
// address, and of the broker or one of its listeners (KIP-612).
const (
	Produce Kind = iota + 1
	Fetch
	Request
	Mutation
	Connection
	Accept
)

// kinds says of each its key, and how many millionths a second its unit is.
var kinds = [...]struct {
	key   string
	scale uint64
}{
	Produce: {"producer_byte_rate", 1e6},
	Fetch:   {"consumer_byte_rate", 1e6},
	// A percentage of one processor: 1% is 10^7 ns a second.
	Request:    {"request_percentage", 1e13},
	Mutation:   {"controller_mutation_rate", 1e6},
	Connection: {"connection_creation_rate", 1e6},
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

// FindIP finds the limit of connections that holds for an address, in its shortest form, if there is one. A part of a
// connection counts for nothing, as in Kafka.
func FindIP(img *image.Image, ip string) (l Limit, found bool) {
	var value record.FloatBits
	for i := range img.Quotas { // those of addresses come before those of clients and users
		e := &img.Quotas[i].Entity
		if e.User.Match != image.EntityAbsent || e.ClientID.Match != image.EntityAbsent {
			break
		}
		v, set := img.Quotas[i].Value(kinds[Connection].key)
		switch {
		case !set:
		case e.IP.Match == image.EntityDefault && !found:
			value, found = v, true
		case e.IP.Match == image.EntityNamed && isIP(e.IP.Name, ip):
			return ipLimit(ip, v), true
		}
	}
	return ipLimit(ip, value), found
}

func isIP(name, ip string) bool {
	addr, known := kafka.ParseIP(name)
	return name == ip || known && addr.String() == ip
}

func ipLimit(ip string, value record.FloatBits) Limit {
	scale := kinds[Connection].scale
	return Limit{
		Kind: Connection, Scope: image.QuotaEntity{IP: image.Named(ip)},
		PerSecond: value.Times(scale) / int64(scale) * int64(scale),
	}
}

// AcceptLimit is the limit of new connections of a listener, or of all of them if it is "".
func AcceptLimit(listener string, perSecond int32) Limit {
	l := Limit{Kind: Accept, PerSecond: int64(perSecond) * 1e6}
	if listener != "" {
		l.Scope.ClientID = image.Named(listener)
	}
	return l
}
