package controller

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"momus/core/msg"
	"momus/core/record"
)

func TestOfNamesThatComeAgainTheLastCounts(t *testing.T) {
	var entries []msg.ConfigEntry
	for _, e := range []string{"retention.ms=1", "segment.ms=2", "retention.ms=3", "cleanup.policy=delete", "segment.ms=4"} {
		name, value, _ := strings.Cut(e, "=")
		entries = append(entries, msg.ConfigEntry{Name: name, Value: value})
	}
	overrides, bad := checkConfigs(entries)
	if got, want := fmt.Sprint(overrides), "[{retention.ms 3} {cleanup.policy delete} {segment.ms 4}]"; got != want || bad != (refusal{}) {
		t.Errorf("%s, not %s, %v", got, want, bad)
	}
	b := newQuotaBench(t)
	// In the place of its first entry and with the level of its last, a is the first that is wrong.
	d := b.m.updateFeatures(&msg.UpdateFeatures{Op: 1, Updates: []msg.FeatureUpdate{
		{Name: "a", Level: -1, Type: msg.Upgrade}, {Name: "b", Level: 5, Type: msg.Upgrade}, {Name: "a", Level: 7, Type: msg.Upgrade},
	}})
	want := "Invalid update version 7 for feature a. Local controller 1 does not support this feature."
	if got := d.reply.(*msg.UpdatedFeatures).ErrText; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	parts := distinctParts([]record.ClientQuotaEntity{entity("z=1")[0], entity("user=1")[0], entity("z=2")[0], entity("client-id=3")[0], entity("user=4")[0]})
	if got, want := entityText(parts), "ClientQuotaEntity(entries={client-id=3, user=4, z=2})"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	for keys, want := range map[string]bool{"": false, "a": false, "a b c": false, "a b a": true, "b a a": true} {
		var ops []msg.QuotaOp
		for _, key := range strings.Fields(keys) {
			ops = append(ops, msg.QuotaOp{Key: key})
		}
		if got := keyTwice(ops); got != want {
			t.Errorf("a key twice in %q: %t", keys, got)
		}
	}
}

// A request of a few megabytes has room for this many names. All of them have the same length, so that to
// compare two reads them; each with each takes minutes, each once less than a second.
func TestTimeForARequestGrowsWithItsNames(t *testing.T) {
	const many = 1 << 18
	names := make([]string, many)
	for i := range names {
		names[i] = fmt.Sprintf("%020d", i)
	}
	b := newQuotaBench(t)
	entries, updates := make([]msg.ConfigEntry, many), make([]msg.FeatureUpdate, many)
	parts, ops := make([]record.ClientQuotaEntity, many), make([]msg.QuotaOp, many)
	for i, name := range names {
		entries[i].Name, updates[i].Name, parts[i].EntityType, ops[i].Key = name, name, name, name
	}
	for what, do := range map[string]func() bool{
		"configs": func() bool {
			_, bad := checkConfigs(entries)
			return bad.text == "Unknown topic config name: "+names[0]
		},
		"features": func() bool { return b.m.updateFeatures(&msg.UpdateFeatures{Updates: updates}).records == nil },
		"entity":   func() bool { return slices.Equal(distinctParts(parts), parts) },
		"keys":     func() bool { return !keyTwice(ops) },
	} {
		done := make(chan bool, 1)
		go func() { done <- do() }()
		select {
		case ok := <-done:
			if !ok {
				t.Errorf("%s: another answer", what)
			}
		case <-time.After(20 * time.Second):
			t.Errorf("%s: 20 s and no end", what)
		}
	}
}
