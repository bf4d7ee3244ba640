package config

import (
	"slices"
	"strconv"
	"strings"

	"momus/core/config"
)

const (
	keyListeners   = "listeners"
	keyAdvertised  = "advertised.listeners"
	keyControllers = "controller.listener.names"
	keyProtocols   = "listener.security.protocol.map"
	keyInterBroker = "inter.broker.listener.name"

	plaintext = "PLAINTEXT"
	// advertisedLocal is what clients are told when the node listens on every address and nobody
	// said what it is called.
	advertisedLocal = "localhost"
)

// endpoint is one NAME://host:port. A port of 0 is chosen by the system.
type endpoint struct {
	name string
	Address
}

// listeners resolves what the node listens on, what clients are told, and that each listener
// speaks a protocol that is built.
func (v *values) listeners(n *Node) {
	listening, ok := v.endpoints(keyListeners)
	if !ok {
		return
	}
	advertised, ok := v.endpoints(keyAdvertised)
	if !ok {
		return
	}
	controllers := v.list(keyControllers)
	for i := range controllers {
		controllers[i] = strings.ToUpper(controllers[i])
	}
	v.checkPorts(listening)
	v.checkAdvertised(listening, advertised)
	v.checkProtocols(listening, controllers)
	for _, l := range listening {
		listener := config.Listener{
			Name: l.name, Host: l.Host, Port: l.Port,
			Controller: slices.Contains(controllers, l.name),
		}
		if !listener.Controller {
			listener.AdvertisedHost, listener.AdvertisedPort = advertise(l, advertised)
		}
		n.Broker.Listeners = append(n.Broker.Listeners, listener)
	}
	v.checkRoles(n)
	v.interBroker(n)
}

// endpoints parses a key's value; false says that it was refused.
func (v *values) endpoints(name string) ([]endpoint, bool) {
	var endpoints []endpoint
	for _, text := range v.list(name) {
		e, ok := parseEndpoint(text)
		if !ok {
			v.refuse(name, "allowed is a list of NAME://host:port")
			return nil, false
		}
		if slices.ContainsFunc(endpoints, func(other endpoint) bool { return other.name == e.name }) {
			v.refuse(name, "allowed is each listener name once, "+e.name+" is there twice")
			return nil, false
		}
		endpoints = append(endpoints, e)
	}
	return endpoints, true
}

func parseEndpoint(text string) (endpoint, bool) {
	name, rest, ok := strings.Cut(text, "://")
	colon := strings.LastIndexByte(rest, ':')
	if !ok || name == "" || colon < 0 {
		return endpoint{}, false
	}
	host, ok := parseHost(rest[:colon])
	port, err := strconv.ParseUint(rest[colon+1:], 10, 16)
	e := endpoint{name: strings.ToUpper(name), Address: Address{Host: host, Port: int32(port)}}
	return e, ok && err == nil
}

// parseHost drops the brackets of an IPv6 address; outside of brackets a colon is no host's.
func parseHost(text string) (string, bool) {
	inner, open := strings.CutPrefix(text, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if open != closed || strings.ContainsAny(inner, "[]/@ ") {
		return "", false
	}
	return inner, open || !strings.Contains(inner, ":")
}

// advertise is what clients are told about a listener. Port 0 is told as the port that the
// system chooses. A listener that advertised.listeners leaves out is not advertised.
func advertise(l endpoint, advertised []endpoint) (host string, port int32) {
	if len(advertised) == 0 {
		if isWildcard(l.Host) {
			return advertisedLocal, l.Port
		}
		return l.Host, l.Port
	}
	if i := slices.IndexFunc(advertised, func(a endpoint) bool { return a.name == l.name }); i >= 0 {
		return advertised[i].Host, advertised[i].Port
	}
	return "", 0
}

func isWildcard(host string) bool { return host == "" || host == "0.0.0.0" || host == "::" }

// checkPorts refuses two listeners on one port, unless one is on an IPv4 and the other on an IPv6
// address (KIP-797).
func (v *values) checkPorts(listening []endpoint) {
	isSix := func(e endpoint) bool { return strings.Contains(e.Host, ":") }
	for i, a := range listening {
		for _, b := range listening[:i] {
			if a.Port == b.Port && a.Port != 0 && (isSix(a) == isSix(b) || a.Host == "" || b.Host == "") {
				v.refuse(keyListeners, "allowed is one listener to a port, "+b.name+" and "+a.name+" share one")
				return
			}
		}
	}
}

func (v *values) checkAdvertised(listening, advertised []endpoint) {
	for _, a := range advertised {
		switch {
		case !slices.ContainsFunc(listening, func(l endpoint) bool { return l.name == a.name }):
			v.refuse(keyAdvertised, "allowed are the names in listeners, "+a.name+" is not there")
			return
		case isWildcard(a.Host):
			v.refuse(keyAdvertised, "allowed is an address that clients can reach, which that of "+a.name+" is not")
			return
		}
	}
}

// checkProtocols refuses a listener whose security protocol is unknown or not built.
func (v *values) checkProtocols(listening []endpoint, controllers []string) {
	protocols, ok := v.protocols(controllers)
	if !ok {
		return
	}
	names := slices.Clone(controllers)
	for _, l := range listening {
		names = append(names, l.name)
	}
	for _, name := range names {
		switch protocol := protocols.of(name); protocol {
		case plaintext:
		case "":
			v.refuse(keyListeners, "allowed are listeners whose security protocol is in "+keyProtocols+", "+name+" is not there")
			return
		default:
			v.refuse(keyListeners, "allowed is the security protocol PLAINTEXT, "+protocol+" of "+name+" is not built yet")
			return
		}
	}
}

// protocolMap is listener.security.protocol.map, as name and protocol.
type protocolMap [][2]string

func (m protocolMap) of(name string) string {
	for _, entry := range m {
		if entry[0] == name {
			return entry[1]
		}
	}
	return ""
}

// protocols reads the map. As long as it is the default one, a controller's listener that it does
// not name speaks PLAINTEXT (KIP-631).
func (v *values) protocols(controllers []string) (protocolMap, bool) {
	var m protocolMap
	for _, entry := range v.list(keyProtocols) {
		name, protocol, ok := strings.Cut(entry, ":")
		name, protocol = strings.ToUpper(strings.TrimSpace(name)), strings.ToUpper(strings.TrimSpace(protocol))
		if !ok || !slices.Contains([]string{plaintext, "SSL", "SASL_PLAINTEXT", "SASL_SSL"}, protocol) {
			v.refuse(keyProtocols, "allowed is a list of NAME:PROTOCOL, of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL")
			return nil, false
		}
		m = append(m, [2]string{name, protocol})
	}
	if !v.isSet(keyProtocols) {
		for _, name := range controllers {
			if m.of(name) == "" {
				m = append(m, [2]string{name, plaintext})
			}
		}
	}
	return m, true
}

// checkRoles wants a listener for each role, and none for a role that the node has not.
func (v *values) checkRoles(n *Node) {
	isController := func(l config.Listener) bool { return l.Controller }
	has := slices.ContainsFunc(n.Broker.Listeners, isController)
	only := !slices.ContainsFunc(n.Broker.Listeners, func(l config.Listener) bool { return !l.Controller })
	switch {
	case n.Broker.IsController && !has:
		v.refuse(keyControllers, "allowed for a controller is a list with at least one name that is in listeners")
	case !n.Broker.IsController && has:
		v.refuse(keyControllers, "allowed without the controller role are names that are not in listeners")
	case n.Broker.IsBroker && only:
		v.refuse(keyListeners, "allowed for a broker is a list with at least one that is not a controller's")
	case !n.Broker.IsBroker && !only:
		v.refuse(keyListeners, "allowed without the broker role are only names in "+keyControllers)
	}
}

// interBroker finds the listener that brokers use among themselves, by its name or by the
// security protocol.
func (v *values) interBroker(n *Node) {
	const byProtocol = "security.inter.broker.protocol"
	name, named := v.text(keyInterBroker)
	if named && v.isSet(byProtocol) {
		v.refuse(byProtocol, "allowed only without "+keyInterBroker)
		return
	}
	protocol, _ := v.text(byProtocol)
	if !named {
		name = protocol
	}
	name = strings.ToUpper(name)
	if !n.Broker.IsBroker {
		return
	}
	advertised := func(l config.Listener) bool { return l.Name == name && l.AdvertisedHost != "" }
	if slices.ContainsFunc(n.Broker.Listeners, advertised) {
		n.InterBrokerListener = name
		return
	}
	if named {
		v.refuse(keyInterBroker, "allowed is the name of an advertised listener that is not a controller's")
	} else {
		v.refuse(keyListeners, "allowed without "+keyInterBroker+" is a list with an advertised listener named "+name)
	}
}
