package checker

import (
	"testing"

	"momus/core/kafka"
)

const ms = int64(kafka.Millisecond)

// throttled is a history in which client "c" may write 1000 bytes a second, by ten windows of a second, with the
// requests that it was served, at second 100 unless they say when.
func throttled(served ...Served) *History {
	h := &History{}
	h.QuotaWindows = QuotaWindows{Windows: 10, Seconds: 1}
	h.Quotas = []QuotaOp{{Level: QuotaLevel{ClientID: "c"}, Key: ProducerByteRate, Value: 1000, StartAt: 1, EndAt: 2, Answered: true}}
	for i := range served {
		s := &served[i]
		s.Event = Event(10 + i)
		s.ClientID = "c"
		if s.At == 0 {
			s.At = 100_000 * ms
		}
		if s.Arrived == 0 {
			s.Arrived = s.At
		}
	}
	h.Served = served
	return h
}

func TestThrottlingIsWhatWasSetAndUsed(t *testing.T) {
	elsewhere := throttled(Served{Bytes: 100, Wait: 500})
	elsewhere.Quotas[0].Level.ClientID = "d"
	removed := throttled(Served{Bytes: 100_000, Wait: 80_000})
	removed.Quotas = append(removed.Quotas, QuotaOp{Level: QuotaLevel{ClientID: "c"}, Key: ProducerByteRate, StartAt: 3, EndAt: 4, Answered: true})
	unsure := throttled(Served{Bytes: 100_000, Wait: 0})
	unsure.Quotas[0].Answered = false
	shared := func(owned bool) *History {
		h := throttled(Served{Bytes: 100_000, Wait: 90_000}, Served{Bytes: 100, Conn: 2})
		h.Served[0].ClientID = "e"
		h.Quotas[0].Level = QuotaLevel{User: anonymous}
		if owned {
			h.Quotas = append(h.Quotas, QuotaOp{Level: QuotaLevel{User: anonymous, ClientID: "e"}, Key: ProducerByteRate, Value: 1000, StartAt: 1, EndAt: 2, Answered: true})
		}
		return h
	}
	for _, c := range []struct {
		name string
		h    *History
		want string
	}{
		{"another client of the user used much of what they share", shared(false), Quota},
		{"another client of the user used much of a limit of its own", shared(true), ""},
		{"little was used", throttled(Served{Bytes: 100}), ""},
		{"much was used, and waited for", throttled(Served{Bytes: 100_000, Wait: 90_000}), ""},
		{"much was used, and not waited for", throttled(Served{Bytes: 100_000}), Quota},
		{"much was used, and the answer can't tell of a wait", throttled(Served{Bytes: 100_000, Untold: true}), ""},
		{"little was used, and waited for", throttled(Served{Bytes: 100, Wait: 500}), Quota},
		{"another is limited", elsewhere, Quota},
		{"the limit was removed", removed, Quota},
		{"nobody knows whether there is a limit", unsure, ""},
		{"answered while it is to wait", throttled(Served{Bytes: 100_000, Wait: 90_000},
			Served{API: 3, Arrived: 100_010 * ms, At: 100_020 * ms}), Muted},
		{"read while it is to wait", throttled(Served{Bytes: 100_000, Wait: 90_000, Delivered: 100_001 * ms},
			Served{API: 3, Arrived: 100_010 * ms, At: 190_020 * ms}), Muted},
		{"answered when it had waited", throttled(Served{Bytes: 100_000, Wait: 90_000, Delivered: 100_001 * ms},
			Served{API: 3, Arrived: 190_000 * ms, At: 190_020 * ms}), ""},
		{"much was used ten seconds ago, by a clock of whole milliseconds", throttled(Served{Bytes: 100_000, Wait: 90_000},
			Served{Conn: 2, Bytes: 1, At: 110_000*ms - ms/10}), ""},
		{"much was used two milliseconds less than ten seconds ago", throttled(Served{Bytes: 100_000, Wait: 90_000},
			Served{Conn: 2, Bytes: 1, At: 109_998 * ms}), Quota},
		{"answered by another life", throttled(Served{Bytes: 100_000, Wait: 90_000, Delivered: 100_001 * ms},
			Served{API: 3, Life: 2, Arrived: 100_010 * ms, At: 100_020 * ms}), ""},
	} {
		t.Run(c.name, func(t *testing.T) { hears(t, c.h, c.want) })
	}
}

// hears demands that one check speaks and nothing else, or nothing at all.
func hears(t *testing.T, h *History, want string) {
	t.Helper()
	violations, _ := Check(h)
	if (len(violations) == 0) != (want == "") {
		t.Errorf("want %q, heard %v", want, violations)
	}
	for _, v := range violations {
		if v.Checker != want {
			t.Errorf("want %q, heard %v", want, v)
		}
	}
}

func TestConnectionsAreAsManyAsMayBeAndSilentOnesGo(t *testing.T) {
	conns := func(limits ConnLimits, seen ...ConnSeen) *History {
		h := &History{}
		h.Conns, h.ConnLimits = seen, limits
		return h
	}
	limits := ConnLimits{Max: 2, PerIP: 1, Idle: 100}
	for _, c := range []struct {
		name string
		h    *History
		want string
	}{
		{"one after another", conns(limits, ConnSeen{IP: "a", Opened: 1, Answered: 2, Closed: 5}, ConnSeen{IP: "a", Opened: 3, Answered: 5}), ""},
		{"two of one address", conns(limits, ConnSeen{IP: "a", Answered: 2}, ConnSeen{IP: "a", Answered: 3}), Connections},
		{"one that is not served yet", conns(limits, ConnSeen{IP: "a", Answered: 2}, ConnSeen{IP: "a"}), ""},
		{"more than there may be", conns(limits, ConnSeen{IP: "a", Answered: 2}, ConnSeen{IP: "b", Answered: 3}, ConnSeen{IP: "c", Answered: 4}), Connections},
		{"answered when it was about to hang up", conns(limits, ConnSeen{IP: "a", Opened: 1, Ended: 5 * ms, Answered: 6 * ms, Closed: 6 * ms}), ""},
		{"let in long after it hung up", conns(limits, ConnSeen{IP: "a", Opened: 1, Ended: 5 * ms, Answered: 1006 * ms, Closed: 1006 * ms}), Connections},
		{"closed when it was silent", conns(limits, ConnSeen{IP: "a", Opened: 1, Moved: 5 * ms, Closed: 105 * ms, Idle: true}), ""},
		{"closed as silent when it was not", conns(limits, ConnSeen{IP: "a", Opened: 1, Moved: 5 * ms, Closed: 104 * ms, Idle: true}), Connections},
	} {
		t.Run(c.name, func(t *testing.T) { hears(t, c.h, c.want) })
	}
}
