package session

import (
	"testing"

	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// filter is a component of a filter: a kind, a match, and what to match unless it is "-".
type filter struct {
	kind  string
	match kmsg.QuotasMatchType
	name  string
}

func TestGoldenClientQuotas(t *testing.T) {
	golden(t, "client_quotas", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		name := func(s string) *string { return &s }
		user, client, ip := "user", "client-id", "ip"
		quota := func(key string, value record.FloatBits, parts ...record.ClientQuotaEntity) {
			b.apply(&record.ClientQuotaRecord{Entity: parts, Key: key, Value: value})
		}
		quota("producer_byte_rate", record.FloatOf(1000), record.ClientQuotaEntity{EntityType: user, EntityName: name("a")})
		quota("consumer_byte_rate", record.FloatOf(500), record.ClientQuotaEntity{EntityType: user, EntityName: name("a")})
		quota("request_percentage", 0x4029000000000000, record.ClientQuotaEntity{EntityType: user})
		quota("producer_byte_rate", record.FloatOf(1), record.ClientQuotaEntity{EntityType: user, EntityName: name("a")}, record.ClientQuotaEntity{EntityType: client})
		quota("producer_byte_rate", record.FloatOf(2), record.ClientQuotaEntity{EntityType: client, EntityName: name("c")})
		quota("connection_creation_rate", record.FloatOf(3), record.ClientQuotaEntity{EntityType: ip, EntityName: name("127.0.0.1")})
		quota("producer_byte_rate", record.FloatOf(4), record.ClientQuotaEntity{EntityType: "of a later version"})
		ask := func(version int16, title string, strict bool, components ...filter) {
			r := kmsg.NewPtrDescribeClientQuotasRequest()
			r.Strict = strict
			for _, c := range components {
				one := kmsg.NewDescribeClientQuotasRequestComponent()
				if one.EntityType, one.MatchType = c.kind, c.match; c.name != "-" {
					one.Match = name(c.name)
				}
				r.Components = append(r.Components, one)
			}
			b.send(1, version, r)
			step(title, b)
		}
		ask(1, "no filter: all that is known", false)
		ask(0, "no filter, strict: nobody", true)
		ask(1, "a user, also with a client id", false, filter{user, 0, "a"})
		ask(1, "a user alone", true, filter{user, 0, "a"})
		ask(1, "the default user", false, filter{user, 1, "-"})
		ask(1, "any user with the default client id", true, filter{user, 2, "-"}, filter{client, 1, "-"})
		ask(1, "ips", false, filter{ip, 2, "-"})
		ask(0, "a name that is empty matches nothing", false, filter{user, 0, ""})
		ask(1, "an empty kind", false, filter{"", 0, "a"})
		ask(1, "a kind that there is not", false, filter{"topic", 0, "a"})
		ask(1, "a kind twice", false, filter{user, 2, "-"}, filter{user, 0, "a"})
		ask(1, "exact without a name", false, filter{user, 0, "-"})
		ask(1, "default with a name", false, filter{user, 1, "a"})
		ask(1, "any with a name", false, filter{user, 2, "a"})
		ask(0, "no such match", false, filter{user, 7, "-"})
		ask(1, "an ip and a user", false, filter{user, 2, "-"}, filter{ip, 2, "-"})
	})
}

func TestAlteredQuotasAreAnsweredAsTheControllerSays(t *testing.T) {
	golden(t, "alter_client_quotas", func(step func(string, *bench)) {
		b := newBench()
		b.open(1)
		r := kmsg.NewPtrAlterClientQuotasRequest()
		e := kmsg.NewAlterClientQuotasRequestEntry()
		e.Entity = []kmsg.AlterClientQuotasRequestEntryEntity{{Type: "user"}, {Type: "client-id", Name: kmsg.StringPtr("c")}}
		e.Ops = []kmsg.AlterClientQuotasRequestEntryOp{{Key: "request_percentage", Value: 12.5}, {Key: "producer_byte_rate", Remove: true}}
		r.Entries = append(r.Entries, e)
		r.ValidateOnly = true
		b.send(1, 1, r)
		step("all of it is the controller's", b)
		who := []record.ClientQuotaEntity{{EntityType: "user"}}
		b.s.ControllerReply(b.now, &msg.AlteredClientQuotas{Op: b.lastOp, Entries: []msg.AlteredQuota{
			{Entity: who}, {Err: kafka.ErrInvalidRequest, ErrText: "Invalid empty client quota entity"},
		}}, b.view())
		step("answered", b)
		b.send(1, 0, r)
		b.s.ConnClosed(b.now, 1, b.view())
		step("gone before the answer", b)
		b.s.ControllerReply(b.now, &msg.AlteredClientQuotas{Op: b.lastOp}, b.view())
		step("nobody is there to hear it", b)
	})
}
