package controller

import (
	"fmt"
	"strings"
	"testing"

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
