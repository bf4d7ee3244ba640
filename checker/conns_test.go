package checker

import (
	"testing"

	"momus/core/kafka"
)

// Connections that are let in faster than the rate of the broker, or of their address, are found, and others are not.
func TestRatesOfConnections(t *testing.T) {
	ms := int64(kafka.Millisecond)
	for name, test := range map[string]struct {
		every, count, rate, ip, windows, burst int64
		bad                                    bool
	}{
		"within the broker's rate":   {every: 500, count: 20, rate: 2, windows: 2},
		"above the broker's rate":    {every: 50, count: 20, rate: 2, windows: 2, bad: true},
		"one a window after a burst": {every: 1000, count: 10, rate: 2, windows: 11, burst: 20},
		"more of them":               {every: 300, count: 30, rate: 2, windows: 11, burst: 20, bad: true},
		"within its address's":       {every: 1000, count: 20, ip: 1, windows: 2},
		"above its address's":        {every: 400, count: 2, ip: 1, windows: 2, bad: true},
		"one window says nothing":    {every: 1, count: 20, ip: 1, rate: 1, windows: 1},
		"no limit":                   {every: 1, count: 20, windows: 2},
	} {
		h := &History{}
		h.QuotaWindows = QuotaWindows{Windows: test.windows, Seconds: 1}
		h.ConnLimits = ConnLimits{Max: 1000, PerIP: 1000, Rate: test.rate}
		if test.ip != 0 {
			h.Quotas = []QuotaOp{{Level: QuotaLevel{IP: "a"}, Key: ConnectionCreationRate, Value: test.ip, Answered: true, EndAt: 1}}
		}
		for i := range test.burst + test.count {
			at := 20_000*ms + max(i-test.burst, 0)*test.every*ms
			h.Conns = append(h.Conns, ConnSeen{IP: "a", Opened: at, Answered: at + ms, Event: Event(i)})
		}
		if found, _ := Check(h); (len(found) > 0) != test.bad {
			t.Errorf("%s: %v", name, found)
		}
	}
}
