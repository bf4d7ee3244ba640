package checker

import (
	"math"
	"slices"

	"momus/core/kafka"
)

// QuotaLevel is one of those for whom a quota can be set: an empty User, ClientID or IP is not looked at, and
// AnyName is the default of all names.
type QuotaLevel struct{ User, ClientID, IP string }

// AnyName stands for the default.
const AnyName = "*"

// QuotaKey is what is limited.
type QuotaKey uint8

// The keys, by Kafka's names of them.
const (
	ProducerByteRate QuotaKey = iota
	ConsumerByteRate
	RequestPercentage
	ControllerMutationRate
	quotaKeys // those of clients end here
)

// ConnectionCreationRate is the key of addresses.
const ConnectionCreationRate = quotaKeys

// String is Kafka's name of the key.
func (k QuotaKey) String() string {
	return [...]string{"producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate", "connection_creation_rate"}[k]
}

// Throttling is what is recorded of client quotas and of limits of connections.
type Throttling struct {
	// Conns are all connections, ConnLimits what limits them.
	Conns      []ConnSeen
	ConnLimits ConnLimits
	// Quotas are the changes, Served the requests of a world in which there are any, in the order of their
	// answers; QuotaWindows are those of the nodes.
	Quotas       []QuotaOp
	Served       []Served
	QuotaWindows QuotaWindows
}

// QuotaOp is a request to set one quota; Value 0 removes it. Times are virtual, in nanoseconds.
type QuotaOp struct {
	Client  int32
	Level   QuotaLevel
	Key     QuotaKey
	Value   int64
	Start   Event
	End     Event // 0 while there is neither an answer nor a reason to stop waiting
	StartAt int64
	EndAt   int64
	// Answered tells that Err is the broker's.
	Answered bool
	Err      kafka.ErrorCode
}

// Served is one request with its answer, as the world saw both pass between the broker's connection and
// its core, at virtual times in nanoseconds.
type Served struct {
	Event Event
	// Life is that of the process: what it counted is gone with it.
	Life int
	Conn int64
	// ClientID is that of the request, API its key, Bytes its size, Nanos the time that it was said to
	// have taken.
	ClientID string
	API      kafka.APIKey
	Bytes    int64
	Nanos    int64
	// Silent tells that there was no answer: Produce with acks=0. Untold answers have no room for a wait, as
	// DescribeQuorum's (seed 3005).
	Silent, Untold bool
	// Given is the size of a Fetch answer that has records, or nothing else; 0 of one that was kept back.
	Given int64
	// Arrived is when the request came out of the connection, At when its answer left the core, Delivered
	// when the connection had it; 0 if it never had.
	Arrived, At, Delivered int64
	// Wait is throttle_time_ms of the answer; of a silent one, and of one that can't tell, it is not known.
	Wait kafka.Millis
}

// QuotaWindows are quota.window.num and quota.window.size.seconds.
type QuotaWindows struct{ Windows, Seconds int64 }

func (op *QuotaOp) failed() bool {
	return op.Answered && op.Err != kafka.None && op.Err != kafka.ErrNotController && op.Err != kafka.ErrRequestTimedOut
}

func (op *QuotaOp) acked() bool { return op.Answered && op.Err == kafka.None }

// quotasSet are the values that may have been set for a level at some instant of a stretch, as possible of
// configuration.
func (j *judge) quotasSet(level QuotaLevel, key QuotaKey, from, to int64) []int64 {
	ops := j.quotaOps[quotaName{level, key}]
	if len(ops) == 0 {
		return never
	}
	replaced := func(since int64) bool {
		return slices.ContainsFunc(ops, func(op *QuotaOp) bool {
			return op.acked() && op.StartAt > since && op.EndAt < from
		})
	}
	var values []int64
	if !replaced(-1) {
		values = append(values, 0)
	}
	for _, op := range ops {
		if !op.failed() && op.StartAt <= to && !(op.acked() && replaced(op.EndAt)) && !slices.Contains(values, op.Value) {
			values = append(values, op.Value)
		}
	}
	return values
}

// never are the values of a quota that nobody touched.
var never = []int64{0}

// quotaName is one quota.
type quotaName struct {
	level QuotaLevel
	key   QuotaKey
}

// limit is what a client is limited to in a stretch, by the order of KIP-55: 0 is nothing. It is not certain
// if it may have changed. Shared tells that all clients of the user share it.
type limit struct {
	value   int64
	certain bool
	shared  bool
	// may tells that there may have been some limit.
	may bool
}

// anonymous is the user of every client of a world.
const anonymous = "ANONYMOUS"

func (j *judge) limitOf(client string, key QuotaKey, from, to int64) limit {
	l := limit{certain: true}
	for _, level := range [...]QuotaLevel{
		{User: anonymous, ClientID: client}, {User: anonymous, ClientID: AnyName}, {User: anonymous},
		{User: AnyName, ClientID: client}, {User: AnyName, ClientID: AnyName}, {User: AnyName},
		{ClientID: client}, {ClientID: AnyName},
	} {
		values := j.quotasSet(level, key, from, to)
		l.certain = l.certain && len(values) == 1
		for _, v := range values {
			l.may = l.may || v != 0
			if v != 0 && l.value == 0 {
				l.value, l.shared = v, level.ClientID == ""
			}
		}
	}
	return l
}

// usage is what a request used of a key's limit.
func (s *Served) usage(key QuotaKey) float64 {
	switch {
	case key == ProducerByteRate && s.API == 0:
		return float64(s.Bytes)
	case key == ConsumerByteRate && s.API == 1:
		return float64(s.Given)
	case key == RequestPercentage && !s.Silent:
		return float64(s.Nanos) / 1e7 // percent of a second
	}
	return 0
}

// checkQuotas holds what clients were told of throttling against what they used and what was set, and what
// happened on their connections against what they were told.
func (j *judge) checkQuotas() {
	j.quotaOps = map[quotaName][]*QuotaOp{}
	for i := range j.h.Quotas {
		op := &j.h.Quotas[i]
		name := quotaName{op.Level, op.Key}
		j.quotaOps[name] = append(j.quotaOps[name], op)
		if op.acked() {
			j.report.Quotas++
		}
	}
	muted := map[int64]*Served{}
	for i := range j.h.Served {
		s := &j.h.Served[i]
		j.checkMuted(muted[s.Conn], s)
		j.checkWait(i)
		if s.Wait > 0 {
			muted[s.Conn] = s
			j.report.Throttled++
		}
	}
}

// checkMuted demands that a connection which was told to wait is not read, and what came on it later not
// answered, before the time is over (KIP-219).
func (j *judge) checkMuted(last, s *Served) {
	if last == nil || last.Life != s.Life {
		return
	}
	end := last.At + int64(last.Wait)*int64(kafka.Millisecond)
	switch {
	case last.Delivered != 0 && s.Arrived > last.Delivered && s.Arrived < end:
		j.flag(Muted, []Event{last.Event, s.Event}, "connection %d of %s was read %d ms before its throttling of %d ms ended",
			s.Conn, s.ClientID, (end-s.Arrived)/int64(kafka.Millisecond), last.Wait)
	case s.Arrived > last.At && s.At < end:
		j.flag(Muted, []Event{last.Event, s.Event}, "connection %d of %s was answered %d ms before its throttling of %d ms ended",
			s.Conn, s.ClientID, (end-s.At)/int64(kafka.Millisecond), last.Wait)
	}
}

// checkWait bounds the wait from both sides, for each limit that is certain. What was used within the windows
// counts, what is a window older may; the time that it is divided by is a window more or less than all.
func (j *judge) checkWait(i int) {
	s := &j.h.Served[i]
	n, window := float64(j.h.QuotaWindows.Windows), float64(j.h.QuotaWindows.Seconds)*1000
	span := (j.h.QuotaWindows.Windows + 1) * j.h.QuotaWindows.Seconds * int64(kafka.Second)
	changesPartitions := s.API == 19 || s.API == 20 || s.API == 37
	least, most, bounded, may := 0.0, 0.0, !changesPartitions, false
	j.limits = append(j.limits, [quotaKeys]limit{})
	limits := &j.limits[i]
	for key := range quotaKeys {
		now := j.limitOf(s.ClientID, key, s.Arrived, s.At)
		limits[key] = now
		may = may || now.may
		if key == ControllerMutationRate || !now.may {
			continue
		}
		bounded = bounded && now.certain
		lately := j.limitOf(s.ClientID, key, s.At-span, s.At)
		if !now.certain {
			continue
		}
		counts, mayCount := j.used(i, key, now.shared, span)
		above, below := counts/float64(now.value)*1000-(n+1)*window, mayCount/float64(now.value)*1000-(n-1)*window
		if key == RequestPercentage {
			above, below = min(above, window), min(below, window)
		}
		if lately.certain && s.usage(key) > 0 {
			least = max(least, above)
		}
		most = max(most, below)
	}
	// What a Fetch would have given is not known if nothing was given.
	if s.API == 1 && s.Given == 0 {
		bounded = false
	}
	switch wait := float64(s.Wait); {
	case s.Silent, s.Untold:
	case wait > 0 && !may:
		j.flag(Quota, []Event{s.Event}, "%s is throttled for %d ms and is under no quota", s.ClientID, s.Wait)
	case wait < math.Floor(least)-1:
		j.flag(Quota, []Event{s.Event}, "%s is throttled for %d ms, and used so much that it must be %.0f at the least", s.ClientID, s.Wait, least)
	case bounded && wait > math.Ceil(most)+1:
		j.flag(Quota, []Event{s.Event}, "%s is throttled for %d ms, and used so little that it can be %.0f at the most", s.ClientID, s.Wait, most)
	}
}

// used sums what counts for certain, and what may count, of all that those who share a limit were served, each by the
// limit that was his then: of one user's clients those that have limits of their own do not share his (seed 38270),
// in one life of the process up to the i-th request. The broker tells ages by whole milliseconds: one may be told
// a millisecond more, or less, than it is (seed 4092267121).
func (j *judge) used(i int, key QuotaKey, shared bool, span int64) (counts, may float64) {
	last := &j.h.Served[i]
	surely := span - j.h.QuotaWindows.Seconds*int64(kafka.Second) - int64(kafka.Millisecond)
	span += int64(kafka.Millisecond)
	for ; i >= 0; i-- {
		s := &j.h.Served[i]
		age := last.At - s.At
		if s.Life != last.Life || age > span {
			break
		}
		if !shared && s.ClientID != last.ClientID {
			continue
		}
		of := &j.limits[i][key]
		if shared && of.certain && !of.shared {
			continue
		}
		u := s.usage(key)
		may += u
		if age < surely && (!shared || of.certain) {
			counts += u
		}
	}
	return counts, may
}
