package controller

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/port"
	"momus/core/record"

	"github.com/google/go-cmp/cmp"
)

func bitsOf(v float64) record.FloatBits { return record.FloatBits(math.Float64bits(v)) }

// entity reads "user=a client-id" as the user a with the default client id.
func entity(text string) []record.ClientQuotaEntity {
	var parts []record.ClientQuotaEntity
	for _, field := range strings.Fields(text) {
		kind, name, named := strings.Cut(field, "=")
		part := record.ClientQuotaEntity{EntityType: kind}
		if named {
			part.EntityName = &name
		}
		parts = append(parts, part)
	}
	return parts
}

// quotaBench is an active controller that is asked for quotas.
type quotaBench struct {
	t   *testing.T
	q   quorum
	m   *Controller
	now kafka.Now
}

func newQuotaBench(t *testing.T) *quotaBench {
	b := &quotaBench{t: t, m: New(testConfig(), port.DefaultLimits(), "cluster", [32]byte{}), now: kafka.Now{Mono: 1, Wall: 1}}
	b.q.elect(b.now, b.m)
	b.q.drain(b.now, b.m)
	b.q.commit(b.now, b.m, len(b.q.log))
	return b
}

// alter asks, has the records committed, and lists what was refused, by entity.
func (b *quotaBench) alter(validateOnly bool, entries ...msg.QuotaAlteration) map[string]string {
	b.m.Request(b.now, &msg.AlterClientQuotas{Op: 1, Entries: entries, ValidateOnly: validateOnly})
	_, replies := b.q.drain(b.now, b.m)
	b.q.commit(b.now, b.m, len(b.q.log))
	_, later := b.q.drain(b.now, b.m)
	refused := map[string]string{}
	if replies = append(replies, later...); len(replies) != 1 {
		b.t.Fatalf("%d answers", len(replies))
	}
	for _, e := range replies[0].(*msg.AlteredClientQuotas).Entries {
		name := entityText(e.Entity)
		if _, twice := refused[name]; twice {
			b.t.Errorf("two answers for %s", name)
		}
		if refused[name] = e.ErrText; e.Err != kafka.None && e.Err != kafka.ErrInvalidRequest {
			b.t.Errorf("%s: %v", name, e.Err)
		}
	}
	return refused
}

func set(who, key string, v float64) msg.QuotaAlteration {
	return msg.QuotaAlteration{Entity: entity(who), Ops: []msg.QuotaOp{{Key: key, Value: bitsOf(v)}}}
}

func TestQuotasThatKafkaRefuses(t *testing.T) {
	for _, c := range []struct {
		who, key string
		value    float64
		text     string
	}{
		{"user=a", "producer_byte_rate", 1000, ""},
		{"user", "request_percentage", 0.5, ""},
		{"user client-id=c", "controller_mutation_rate", 1e300, ""},
		{"client-id", "consumer_byte_rate", 7.0000001, ""},
		{"ip", "connection_creation_rate", 2147483647, ""},
		{"ip=127.0.0.1", "connection_creation_rate", 1, ""},
		{"user=a", "producer_byte_rate", math.NaN(), ""},
		{"user=a", "request_percentage", math.Inf(1), ""},
		{"client-id=c", "request_percentage", math.NaN(), ""},
		{"client-id=c", "controller_mutation_rate", math.NaN(), ""},
		{"client-id=c", "controller_mutation_rate", math.Inf(1), ""},
		{"user=a", "producer_byte_rate", 9.223372036854775807e18, ""},
		{"", "producer_byte_rate", 1, "Invalid empty client quota entity"},
		{"user=", "producer_byte_rate", 1, "Empty user not supported"},
		{"topic=t", "producer_byte_rate", 1, "Unhandled client quota entity type: topic"},
		{"user=a ip=1.2.3.4", "producer_byte_rate", 1, "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"},
		{"user=a", "request_percentage", math.Inf(-1), "Quota request_percentage must be greater than 0"},
		{"user=a", "producer_byte_rate", math.Inf(1), "Proposed value for producer_byte_rate is too large for a LONG."},
		{"ip=1.2.3.x", "connection_creation_rate", 1, "1.2.3.x is not a valid IP or resolvable host."},
		{"ip=1.2.3.4", "producer_byte_rate", 1, "Invalid configuration key producer_byte_rate"},
		{"user=a", "connection_creation_rate", 1, "Invalid configuration key connection_creation_rate"},
		{"user=a", "producer_byte_rate", 0, "Quota producer_byte_rate must be greater than 0"},
		{"user=a", "request_percentage", -0.5, "Quota request_percentage must be greater than 0"},
		{"user=a", "producer_byte_rate", 1.5, "producer_byte_rate cannot be a fractional value."},
		{"user=a", "producer_byte_rate", 1e19, "Proposed value for producer_byte_rate is too large for a LONG."},
		{"ip", "connection_creation_rate", 2147483648, "Proposed value for connection_creation_rate is too large for an INT."},
	} {
		b := newQuotaBench(t)
		was := len(b.q.log)
		for _, text := range b.alter(false, set(c.who, c.key, c.value)) {
			if text != c.text {
				t.Errorf("%s %s=%v: %q, not %q", c.who, c.key, c.value, text, c.text)
			}
		}
		if wrote := len(b.q.log) > was; wrote != (c.text == "") {
			t.Errorf("%s %s=%v: written %t", c.who, c.key, c.value, wrote)
		}
	}
}

func TestQuotasAreWrittenOnlyIfTheyDiffer(t *testing.T) {
	b := newQuotaBench(t)
	records := func(validateOnly bool, entries ...msg.QuotaAlteration) int {
		was := len(b.q.log)
		if refused := b.alter(validateOnly, entries...); refused[entityText(entries[0].Entity)] != "" {
			t.Error(refused)
		}
		return len(b.q.log) - was
	}
	a := set("user=a client-id=c", "producer_byte_rate", 5)
	if n := records(true, a); n != 0 {
		t.Errorf("%d records of a validation", n)
	}
	again := set("client-id=c user=a", "producer_byte_rate", 5)
	for i, want := range []int{1, 0, 0} {
		if n := records(false, []msg.QuotaAlteration{a, a, again}[i]); n != want {
			t.Errorf("%d records at try %d", n, i)
		}
	}
	gone := again
	gone.Ops = []msg.QuotaOp{{Key: "producer_byte_rate", Remove: true}, {Key: "consumer_byte_rate", Remove: true}, {Key: "nosuch", Remove: true}}
	if n := records(false, gone); n != 1 || len(b.m.Image().Quotas) != 0 {
		t.Errorf("%d records of a removal, %d quotas left", n, len(b.m.Image().Quotas))
	}
}

// An entity changes as its first entry says, and is answered once, as a duplicate (seen of Kafka 4.3.1).
func TestEntityNamedTwiceIsRefusedAfterItsFirstEntry(t *testing.T) {
	b := newQuotaBench(t)
	twice := set("user=e", "producer_byte_rate", 1)
	twice.Ops = append(twice.Ops, twice.Ops[0])
	got := b.alter(false, set("user=d client-id", "producer_byte_rate", 5), set("client-id user=d", "consumer_byte_rate", -6), twice, set("user=f", "producer_byte_rate", 1))
	want := map[string]string{
		"ClientQuotaEntity(entries={client-id=null, user=d})": "Ignoring duplicate entity ClientQuotaEntity(entries={client-id=null, user=d})",
		"ClientQuotaEntity(entries={user=e})":                 "Ignoring duplicate entity ClientQuotaEntity(entries={user=e})",
		"ClientQuotaEntity(entries={user=f})":                 "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	d := image.QuotaEntity{User: image.Named("d"), ClientID: image.EntityName{Match: image.EntityDefault}}
	if v, _ := b.m.Image().Quota(d).Value("producer_byte_rate"); v != bitsOf(5) {
		t.Errorf("the first entry left %x", v)
	}
	if b.m.Image().Quota(image.QuotaEntity{User: image.Named("e")}) != nil {
		t.Error("a key that was named twice was set")
	}
}

func TestTooManyQuotasAreRefused(t *testing.T) {
	b := newQuotaBench(t)
	var many []msg.QuotaAlteration
	for i := range recordsMax + 1 {
		many = append(many, set("user="+strconv.Itoa(i), "producer_byte_rate", 1))
	}
	b.m.Request(b.now, &msg.AlterClientQuotas{Op: 1, Entries: many})
	_, replies := b.q.drain(b.now, b.m)
	e := replies[0].(*msg.AlteredClientQuotas).Entries
	if len(e) != len(many) || e[0].Err != kafka.ErrPolicyViolation {
		t.Errorf("%d answers, %v", len(e), e[0].Err)
	}
}
