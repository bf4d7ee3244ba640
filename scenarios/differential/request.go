package main

import (
	"bytes"
	"fmt"
	"reflect"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// request is one request as one side gets it.
type request struct {
	name         string
	key, version int16
	flexible     bool
	body         []byte
	// unanswered says that the protocol has no answer to it, downgraded that the answer is of v0.
	unanswered, downgraded bool
	// header changes the frame, if it is to be changed.
	header func(frame []byte) []byte
}

// maker makes the request of a number for one side. It is pure but for what the side is called.
type maker func(s *side, version int16, n int) kmsg.Request

// spec is what the run knows of an API.
type spec struct {
	key int16
	// prepare makes what the request of that number needs, on both sides.
	prepare func(r *run, n int) error
	// good is a request that a broker fulfils.
	good maker
	// hand are requests written by hand.
	hand []handmade
	// reads says that the API changes nothing, so that it may be asked again: what was changed before
	// reaches Kafka's brokers after the answer that says so.
	reads bool
	// leave are changes that are not made, by their names, each with its reason.
	leave map[string]string
	// neverGood says why no version has a good request; refused tells of versions.
	neverGood string
	refused   func(version int16) string
}

// handmade is a request that is written by hand, for the versions that can say it.
type handmade struct {
	name string
	make maker
	from int16
}

// unsettled are changes that are made to no API, since what comes of them is a race in either broker.
var unsettled = map[string]string{
	"TimeoutMillis = 0":           "whether a change is done by then depends on the disk",
	"TimeoutMillis = -1":          "as above",
	"TimeoutMillis = -2":          "as above",
	"TimeoutMillis = 99":          "as above, on a busy machine",
	"TimeoutMillis = -2147483648": "as above",
}

// variant is a request of an API in one version, for either side.
type variant struct {
	name string
	make func(s *side, n int) *request
}

func encode(r kmsg.Request, version int16) *request {
	r.SetVersion(version)
	q := &request{key: r.Key(), version: version, flexible: r.IsFlexible(), body: r.AppendTo(nil)}
	if p, ok := r.(*kmsg.ProduceRequest); ok && p.Acks == 0 {
		q.unanswered = true
	}
	return q
}

// variants are all requests of an API in one version: the good one, those by hand, those made of it.
func (a *spec) variants(sample *side, version int16) []variant {
	one := func(name string, m maker) variant {
		return variant{name, func(s *side, n int) *request { return encode(m(s, version, n), version) }}
	}
	list := []variant{one("good", a.good)}
	for _, h := range a.hand {
		if version >= h.from {
			list = append(list, one(h.name, h.make))
		}
	}
	base := encode(a.good(sample, version, 0), version)
	for _, m := range mutations(reflect.ValueOf(a.good(sample, version, 0)).Elem()) {
		changed := func(s *side, v int16, n int) kmsg.Request {
			r := a.good(s, v, n)
			m.change(reflect.ValueOf(r).Elem())
			return r
		}
		if a.leave[m.name] == "" && unsettled[m.name] == "" && !bytes.Equal(encode(changed(sample, version, 0), version).body, base.body) {
			list = append(list, one(m.name, changed))
		}
	}
	return append(list, a.broken(sample, version)...)
}

// bare is a spec for an API that nobody wrote one for: its empty request.
func bare(key int16) *spec {
	return &spec{key: key, good: func(*side, int16, int) kmsg.Request {
		r := kmsg.RequestForKey(key)
		reflect.ValueOf(r).MethodByName("Default").Call(nil)
		return r
	}}
}

func (r *request) String() string {
	return fmt.Sprintf("%s v%d %x", kmsg.NameForKey(r.key), r.version, r.body)
}
