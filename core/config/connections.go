package config

import (
	"strconv"
	"strings"

	"momus/core/kafka"
)

// Connections is how many connections there may be, and for how long one may be silent.
//
//canon:gen
type Connections struct {
	// Max is max.connections, PerIP max.connections.per.ip, Overrides max.connections.per.ip.overrides.
	Max       int32
	PerIP     int32
	Overrides []IPLimit
	// Idle is connections.max.idle.ms; negative for no limit.
	Idle kafka.Millis
}

// IPLimit is the limit of one address, which is in its shortest form.
//
//canon:gen
type IPLimit struct {
	IP  string
	Max int32
}

// LimitOf is how many connections an address may have.
func (c *Connections) LimitOf(ip string) int32 {
	for i := range c.Overrides {
		if c.Overrides[i].IP == ip {
			return c.Overrides[i].Max
		}
	}
	return c.PerIP
}

// The keys that hold at once when they are set for brokers.
const (
	maxConnections      = "max.connections"
	maxConnectionsPerIP = "max.connections.per.ip"
	ipOverrides         = "max.connections.per.ip.overrides"
)

// ParseIPLimits reads host:number,host:number, or says what is wrong. Of names only localhost is known.
func ParseIPLimits(text string) (limits []IPLimit, errText string) {
	for _, item := range SplitList(text) {
		at := strings.LastIndex(item, ":")
		if at < 0 {
			return nil, item + " is not host:number"
		}
		addr, known := kafka.ParseIP(trim(item[:at]))
		n, err := strconv.ParseInt(trim(item[at+1:]), 10, 32)
		switch {
		case !known:
			return nil, item[:at] + " is not an address"
		case err != nil || n < 0:
			return nil, item[at+1:] + " is not a number of connections"
		}
		limits = append(limits, IPLimit{IP: addr.String(), Max: int32(n)})
	}
	return limits, ""
}

// resolveConnections takes what is set dynamically for brokers.
func resolveConnections(c *Connections, dynamic []Override) {
	for _, k := range [...]struct {
		name string
		to   *int32
	}{{maxConnections, &c.Max}, {maxConnectionsPerIP, &c.PerIP}} {
		if raw, set := lastOverride(dynamic, k.name); set {
			if v, errText := mustBroker(k.name).parse(raw); errText == "" {
				*k.to = int32(v.number)
			}
		}
	}
	if raw, set := lastOverride(dynamic, ipOverrides); set {
		if limits, errText := ParseIPLimits(raw); errText == "" {
			c.Overrides = limits
		}
	}
}
