package config

import (
	"math"
	"slices"
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
	// Rate is max.connection.creation.rate, a second; Listeners are the limits that listeners have of their own.
	Rate      int32
	Listeners []ListenerLimit
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

// ListenerLimit is what listener.name.NAME.max.connections and listener.name.NAME.max.connection.creation.rate say of
// one listener; its name is in small letters.
//
//canon:gen
type ListenerLimit struct {
	Name      string
	Max, Rate int32
}

// unlimited is the value of the keys here that sets no limit.
const unlimited = math.MaxInt32

// LimitOfListener is what a listener has of its own.
func (c *Connections) LimitOfListener(name string) ListenerLimit {
	name = strings.ToLower(name)
	for i := range c.Listeners {
		if c.Listeners[i].Name == name {
			return c.Listeners[i]
		}
	}
	return ListenerLimit{Name: name, Max: unlimited, Rate: unlimited}
}

// ListenerKey takes listener.name.NAME.KEY apart, if KEY is a limit of connections.
func ListenerKey(name string) (listener string, key *Key, known bool) {
	rest, ok := strings.CutPrefix(name, "listener.name.")
	if !ok {
		return "", nil, false
	}
	listener, base, _ := strings.Cut(rest, ".")
	if base != maxConnections && base != creationRate {
		return "", nil, false
	}
	key, known = LookupBroker(base)
	return listener, key, known && listener != ""
}

// SetListener takes one of the keys that ListenerKey knows.
func (c *Connections) SetListener(name, value string) {
	listener, key, _ := ListenerKey(name)
	v, errText := key.parse(value)
	if errText != "" {
		return
	}
	l := c.LimitOfListener(listener)
	if key.Name == maxConnections {
		l.Max = int32(v.number)
	} else {
		l.Rate = int32(v.number)
	}
	at := slices.IndexFunc(c.Listeners, func(o ListenerLimit) bool { return o.Name == l.Name })
	c.Listeners = slices.Clone(c.Listeners) // others may share it
	if at < 0 {
		c.Listeners = append(c.Listeners, l)
	} else {
		c.Listeners[at] = l
	}
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
	creationRate        = "max.connection.creation.rate"
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
	}{{maxConnections, &c.Max}, {maxConnectionsPerIP, &c.PerIP}, {creationRate, &c.Rate}} {
		if raw, set := lastOverride(dynamic, k.name); set {
			if v, errText := mustBroker(k.name).parse(raw); errText == "" {
				*k.to = int32(v.number)
			}
		}
	}
	for _, o := range dynamic {
		if _, _, known := ListenerKey(o.Name); known {
			c.SetListener(o.Name, o.Value)
		}
	}
	if raw, set := lastOverride(dynamic, ipOverrides); set {
		if limits, errText := ParseIPLimits(raw); errText == "" {
			c.Overrides = limits
		}
	}
}
