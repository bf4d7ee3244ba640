package kafka

import (
	"net/netip"
	"strconv"
	"strings"
)

// ParseIP reads an address as Kafka does where it takes one for an entity, which is as
// java.net.InetAddress does: one of IPv6 may stand in brackets; one of IPv4 may have fewer than four
// numbers, of which the last fills what is left. An IPv4 address in the form of IPv6 is the IPv4 address.
// Of names only localhost is known, as 127.0.0.1: Kafka asks the resolver, whose answer may be another one
// tomorrow and elsewhere.
func ParseIP(s string) (addr netip.Addr, ok bool) {
	if s == "localhost" {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
	}
	if !strings.Contains(s, ":") {
		return parseIPv4(s)
	}
	if inside, cut := strings.CutPrefix(s, "["); cut {
		if s, cut = strings.CutSuffix(inside, "]"); !cut {
			return netip.Addr{}, false
		}
	}
	addr, err := netip.ParseAddr(s)
	return addr.Unmap(), err == nil && addr.Zone() == ""
}

func parseIPv4(s string) (netip.Addr, bool) {
	numbers := strings.Split(s, ".")
	if len(numbers) > 4 {
		return netip.Addr{}, false
	}
	value := uint64(0)
	for i, digits := range numbers {
		n, err := strconv.ParseUint(digits, 10, 32)
		width := 8
		if last := len(numbers) - 1; i == last {
			width = 8 * (4 - last)
		}
		if err != nil || strings.Trim(digits, "0123456789") != "" || n >= 1<<width {
			return netip.Addr{}, false
		}
		value = value<<width | n
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}
