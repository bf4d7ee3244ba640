package clients

import (
	"strconv"

	"momus/checker"
	"momus/core/kafka"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// limiter sets and removes client quotas: of single clients, of all of them together, by user and by client
// id; and of the new connections of addresses. Now and then it looks at what there is. One request is open at a time. At the end it removes what it
// set, since the last reader is a client too.
type limiter struct {
	actor
	nextAt int64
	open   int // the operation in flight, in the history's Quotas
	busy   bool
	// set are the quotas that may be there, in the order of being set.
	set []quotaSet
}

type quotaSet struct {
	level checker.QuotaLevel
	key   checker.QuotaKey
}

func newLimiter(s *shared, id int32) *limiter {
	l := &limiter{}
	l.actor.init(s, id, l)
	s.limits = true
	return l
}

// Idle implements Client.
func (c *limiter) Idle() bool { return c.quiet && !c.busy && len(c.set) == 0 }

// Waiting implements Client.
func (c *limiter) Waiting() string { return c.waiting() }

func (c *limiter) step(now int64) {
	switch {
	case c.busy || c.quiet && len(c.set) == 0:
		return
	case c.nextAt == 0:
		c.nextAt = now + 100*millisecond
	case c.quiet:
		c.nextAt = min(c.nextAt, now)
	}
	if now < c.nextAt {
		c.at(c.nextAt)
		return
	}
	if c.skips() {
		c.nextAt = now + 100*millisecond
		c.at(c.nextAt)
		return
	}
	l := c.anyLink()
	if !l.room(1) {
		return
	}
	c.busy = true
	if c.quiet {
		c.alter(l, c.set[0].level, c.set[0].key, 0)
		return
	}
	if at := c.draw(drawAddress, 8); c.plan.Addresses && at > 4 { // each client has an address of its own, see Env.Dial
		ip := [...]string{"10.0.0." + strconv.Itoa(int(c.draw(drawAddress, uint64(c.id)+1))+1), checker.AnyName, "10.0.0.1"}[at-5]
		c.alter(l, checker.QuotaLevel{IP: ip}, checker.ConnectionCreationRate, []int64{1, 0, 1, 2}[c.draw(drawAddress, 4)])
		return
	}
	if c.draw(drawCount, 6) == 5 {
		r := kmsg.NewPtrDescribeClientQuotasRequest()
		r.Version = c.speaks.quotas
		l.send(r, call{kind: callQuotasTold})
		return
	}
	key := [...]checker.QuotaKey{
		checker.ProducerByteRate, checker.ConsumerByteRate, checker.RequestPercentage, checker.ControllerMutationRate,
	}[c.draw(drawLimit, 4)]
	c.alter(l, c.level(), key, c.value(key))
}

// level draws for whom; of single clients there are as many as came before this one.
func (c *limiter) level() checker.QuotaLevel {
	one := clientID(int32(c.draw(drawNode, uint64(c.id)+1)))
	return [...]checker.QuotaLevel{
		{ClientID: one}, {ClientID: checker.AnyName}, {User: "ANONYMOUS"}, {User: "ANONYMOUS", ClientID: one},
		{User: checker.AnyName}, {User: checker.AnyName, ClientID: checker.AnyName}, {User: "ANONYMOUS", ClientID: checker.AnyName},
		{User: checker.AnyName, ClientID: one}, {User: "somebody else"},
	}[c.draw(drawWhere, 9)]
}

// value draws a limit; 0 removes it.
func (c *limiter) value(key checker.QuotaKey) int64 {
	switch key {
	case checker.RequestPercentage:
		return []int64{100, 0, 5, 1}[c.draw(drawSize, 4)]
	case checker.ControllerMutationRate:
		return []int64{100, 0, 5, 1}[c.draw(drawSize, 4)]
	}
	return []int64{1 << 20, 0, 20_000, 5000, 1000}[c.draw(drawSize, 5)]
}

func (c *limiter) alter(l *link, level checker.QuotaLevel, key checker.QuotaKey, value int64) {
	c.set = append(c.set, quotaSet{level, key})
	c.open = len(c.history.Quotas)
	c.history.Quotas = append(c.history.Quotas, checker.QuotaOp{
		Client: c.id, Level: level, Key: key, Value: value, Start: c.event(), StartAt: c.env.Now(),
	})
	r := kmsg.NewPtrAlterClientQuotasRequest()
	r.Version = c.speaks.quotas
	e := kmsg.NewAlterClientQuotasRequestEntry()
	part := func(kind, name string) {
		p := kmsg.NewAlterClientQuotasRequestEntryEntity()
		if p.Type = kind; name != checker.AnyName {
			p.Name = &name
		}
		if name != "" {
			e.Entity = append(e.Entity, p)
		}
	}
	part("user", level.User)
	part("client-id", level.ClientID)
	part("ip", level.IP)
	op := kmsg.NewAlterClientQuotasRequestEntryOp()
	op.Key, op.Value, op.Remove = key.String(), float64(value), value == 0
	e.Ops = append(e.Ops, op)
	r.Entries = append(r.Entries, e)
	l.send(r, call{kind: callQuotas})
}

func (c *limiter) answered(_ *link, _ call, r kmsg.Response) {
	switch r := r.(type) {
	case *kmsg.AlterClientQuotasResponse:
		if len(r.Entries) == 1 {
			c.altered(kafka.ErrorCode(r.Entries[0].ErrorCode))
		} else {
			c.odd(c.id, "an AlterClientQuotas answer of another length than was asked for")
		}
	case *kmsg.DescribeClientQuotasResponse:
		if r.ErrorCode != 0 {
			c.odd(c.id, "DescribeClientQuotas without a filter is refused")
		}
	}
	c.rest()
}

func (c *limiter) altered(err kafka.ErrorCode) {
	op := &c.history.Quotas[c.open]
	op.End, op.EndAt, op.Answered, op.Err = c.event(), c.env.Now(), true, err
	if op.Value != 0 || err != kafka.None {
		return
	}
	// Removed: what was set before, with whatever outcome, is gone, unless it comes late.
	kept := c.set[:0]
	for _, s := range c.set {
		if s.level != op.Level || s.key != op.Key {
			kept = append(kept, s)
		}
	}
	c.set = kept
}

func (c *limiter) lost(k call) {
	if k.kind == callQuotas {
		op := &c.history.Quotas[c.open]
		op.End, op.EndAt = c.event(), c.env.Now()
	}
	c.rest()
}

// rest lets some time pass, so that what was set has its effect.
func (c *limiter) rest() {
	c.busy = false
	c.nextAt = c.env.Now() + 50*millisecond + int64(c.draw(drawGap, 1500))*millisecond
	if c.quiet {
		c.nextAt = c.env.Now() + 10*millisecond
	}
}
