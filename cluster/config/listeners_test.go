package config

import (
	"strings"
	"testing"

	"momus/core/config"

	"github.com/google/go-cmp/cmp"
)

func TestListenersAreResolved(t *testing.T) {
	controller := config.Listener{Name: "CONTROLLER", Port: 9093, Controller: true}
	for _, c := range []struct {
		overrides string
		want      []config.Listener
	}{
		{"listeners=PLAINTEXT://0.0.0.0:0,CONTROLLER://:9093", []config.Listener{
			{Name: "PLAINTEXT", Host: "0.0.0.0", AdvertisedHost: "localhost"}, controller}},
		{"listeners=plaintext://[::]:1,CONTROLLER://:9093", []config.Listener{
			{Name: "PLAINTEXT", Host: "::", Port: 1, AdvertisedHost: "localhost", AdvertisedPort: 1}, controller}},
		{"listeners=PLAINTEXT://10.0.0.1:1,CONTROLLER://:9093", []config.Listener{
			{Name: "PLAINTEXT", Host: "10.0.0.1", Port: 1, AdvertisedHost: "10.0.0.1", AdvertisedPort: 1}, controller}},
		{"advertised.listeners=PLAINTEXT://broker-1.example:19092", []config.Listener{
			{Name: "PLAINTEXT", Port: 9092, AdvertisedHost: "broker-1.example", AdvertisedPort: 19092}, controller}},
		{"advertised.listeners=PLAINTEXT://a:1,CONTROLLER://a:2", []config.Listener{
			{Name: "PLAINTEXT", Port: 9092, AdvertisedHost: "a", AdvertisedPort: 1}, controller}},
		{"listeners=PLAINTEXT://1.2.3.4:1,SIX://[::1]:1,CONTROLLER://:9093 listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SIX:PLAINTEXT,CONTROLLER:PLAINTEXT", []config.Listener{
			{Name: "PLAINTEXT", Host: "1.2.3.4", Port: 1, AdvertisedHost: "1.2.3.4", AdvertisedPort: 1},
			{Name: "SIX", Host: "::1", Port: 1, AdvertisedHost: "::1", AdvertisedPort: 1}, controller}},
	} {
		n := load(t, Sources{Overrides: strings.Fields(c.overrides)})
		if diff := cmp.Diff(c.want, n.Broker.Listeners); diff != "" {
			t.Errorf("%s: %s", c.overrides, diff)
		}
	}
}

func TestBrokersTalkOverTheNamedListener(t *testing.T) {
	n := load(t, Sources{Overrides: []string{
		"listeners=EXTERNAL://:1,INTERNAL://:2,CONTROLLER://:9093",
		"listener.security.protocol.map=EXTERNAL:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name=internal",
	}})
	if n.InterBrokerListener != "INTERNAL" {
		t.Errorf("brokers talk over %s", n.InterBrokerListener)
	}
}

func TestBadListenersAreRefused(t *testing.T) {
	for _, c := range []struct{ overrides, want string }{
		{"listeners=PLAINTEXT:9092", "allowed is a list of NAME://host:port"},
		{"listeners=PLAINTEXT://:70000", "allowed is a list of NAME://host:port"},
		{"listeners=PLAINTEXT://::1:9092", "allowed is a list of NAME://host:port"},
		{"listeners=PLAINTEXT://:1,plaintext://:2", "allowed is each listener name once, PLAINTEXT is there twice"},
		{"listeners=PLAINTEXT://:1,CONTROLLER://:1", "allowed is one listener to a port, PLAINTEXT and CONTROLLER share one"},
		{"listeners=SSL://:1,CONTROLLER://:2", "allowed is the security protocol PLAINTEXT, SSL of SSL is not built yet"},
		{"listeners=EXTERNAL://:1,CONTROLLER://:2", "allowed are listeners whose security protocol is in listener.security.protocol.map, EXTERNAL is not there"},
		{"listener.security.protocol.map=PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT", "SASL_PLAINTEXT of PLAINTEXT is not built yet"},
		{"listener.security.protocol.map=PLAINTEXT:PLAINTEXT", "CONTROLLER is not there"},
		{"listener.security.protocol.map=PLAINTEXT", "allowed is a list of NAME:PROTOCOL"},
		{"advertised.listeners=OTHER://a:1", "allowed are the names in listeners, OTHER is not there"},
		{"advertised.listeners=PLAINTEXT://0.0.0.0:1", "allowed is an address that clients can reach, which that of PLAINTEXT is not"},
		{"advertised.listeners=CONTROLLER://a:1", "a list with an advertised listener named PLAINTEXT"},
		{"listeners=PLAINTEXT://:1", "controller.listener.names=CONTROLLER: allowed for a controller is a list with at least one name that is in listeners"},
		{"listeners=CONTROLLER://:1", "allowed for a broker is a list with at least one that is not a controller's"},
		{"process.roles=broker controller.quorum.bootstrap.servers=a:1", "allowed without the controller role are names that are not in listeners"},
		{"process.roles=controller controller.quorum.bootstrap.servers=a:1", "allowed without the broker role are only names in controller.listener.names"},
		{"inter.broker.listener.name=X", "inter.broker.listener.name=X: allowed is the name of an advertised listener"},
		{"inter.broker.listener.name=PLAINTEXT security.inter.broker.protocol=PLAINTEXT", "security.inter.broker.protocol=PLAINTEXT: allowed only without inter.broker.listener.name"},
	} {
		_, err := Load(Sources{Overrides: strings.Fields(c.overrides)})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.overrides, err, c.want)
		}
	}
}
