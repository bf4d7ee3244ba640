package main

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// ownValue is a field whose value is a side's own. It is replaced by a name where is says so, and a value
// that is not the expected one is compared as it is.
type ownValue struct {
	api, field string
	is         func(s *side, v reflect.Value) bool
	name       string
	why        string
}

// ownValues is the list of all of them. Topic ids and texts that hold an address or a directory are replaced
// everywhere: see render, and texts in state.go.
var ownValues = []ownValue{
	{"InitProducerID", "ProducerID", func(_ *side, v reflect.Value) bool { return v.Int() >= 0 }, "<producer>", "counts what was handed out"},
	{"Metadata", "Brokers[].Port", isPort, "<port>", "both run on one machine"},
	{"DescribeCluster", "Brokers[].Port", isPort, "<port>", "both run on one machine"},
	{"Produce", "Brokers[].Port", isPort, "<port>", "both run on one machine"},
	{"Fetch", "Brokers[].Port", isPort, "<port>", "both run on one machine"},
	{"FindCoordinator", "Port", isPort, "<port>", "both run on one machine"},
	{"FindCoordinator", "Coordinators[].Port", isPort, "<port>", "both run on one machine"},
	{"DescribeQuorum", "Nodes[].Listeners[].Port", isPort, "<port>", "both run on one machine"},
	{"ApiVersions", "FinalizedFeaturesEpoch", isPositive, "<offset>", "an offset of the metadata log, which holds other records"},
	{"DescribeQuorum", "Topics[].Partitions[].LeaderEpoch", isPositive, "<epoch>", "counts the elections of a quorum"},
	{"DescribeQuorum", "Topics[].Partitions[].HighWatermark", isPositive, "<offset>", "an offset of the metadata log, which holds other records"},
	{"DescribeQuorum", "Topics[].Partitions[].CurrentVoters[].LogEndOffset", isPositive, "<offset>", "an offset of the metadata log"},
	{"DescribeQuorum", "Topics[].Partitions[].CurrentVoters[].LastFetchTimestamp", isPositive, "<time>", "a clock"},
	{"DescribeQuorum", "Topics[].Partitions[].CurrentVoters[].LastCaughtUpTimestamp", isPositive, "<time>", "a clock"},
	{"Produce", "Topics[].Partitions[].LogAppendTime", isPositive, "<time>", "a clock"},
	{"DescribeLogDirs", "Dirs[].TotalBytes", isPositive, "<size>", "the same disk, asked at another time"},
	{"DescribeLogDirs", "Dirs[].UsableBytes", isPositive, "<size>", "the same disk, asked at another time"},
	{"Fetch", "SessionID", isPositive, "<session>", "drawn at random"},
}

// ownText is a part of texts that is a side's own.
type ownText struct {
	find *regexp.Regexp
	name string
	why  string
}

// ownTexts are replaced wherever they stand.
var ownTexts = []ownText{
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<uuid>", "member ids are drawn at random"},
	{regexp.MustCompile(`within \[-?\d+, \d+\]`), "within [<times>]", "the limits are counted from a clock"},
}

// told replaces what is a side's own in a text, and the number of the request in the names made of it. What is
// drawn at random goes first: the number may stand in it.
func (s *side) told(text string) string {
	for i := range ownTexts {
		text = ownTexts[i].find.ReplaceAllString(text, ownTexts[i].name)
	}
	return strings.ReplaceAll(s.texts.Replace(text), "-"+s.number, "-N")
}

// volatile is the name that replaces a value, or "".
func (s *side) volatile(api, field string, v reflect.Value) string {
	field = generic(field)
	for i := range ownValues {
		if o := &ownValues[i]; o.api == api && o.field == field && o.is(s, v) {
			return o.name
		}
	}
	return ""
}

// isPort takes a broker's port, and that of its controller, which is the next.
func isPort(s *side, v reflect.Value) bool {
	port, err := strconv.Atoi(portOf(s))
	text := fmt.Sprint(v.Interface())
	return err == nil && (text == strconv.Itoa(port) || text == strconv.Itoa(port+1))
}

func isPositive(_ *side, v reflect.Value) bool { return v.Int() > 0 }
