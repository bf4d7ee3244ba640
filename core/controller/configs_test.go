package controller

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"momus/core/config"
	"momus/core/msg"
	"momus/core/record"

	"pgregory.net/rapid"
)

// A list that is appended to gets what it has not, one that is subtracted from loses an item once for each time that
// it is named; what stands in a list more than once already stays so.
func TestListsAreChangedItemByItem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 6)
		now, items := list.Draw(t, "now"), list.Draw(t, "items")
		c := &msg.ConfigChange{Op: rapid.SampledFrom([]msg.ConfigOp{msg.ConfigAppend, msg.ConfigSubtract}).Draw(t, "op"), Value: strings.Join(items, ",")}
		want := slices.Clone(now)
		for _, item := range items {
			at := slices.Index(want, item)
			if at < 0 && c.Op == msg.ConfigAppend {
				want = append(want, item)
			} else if at >= 0 && c.Op == msg.ConfigSubtract {
				want = slices.Delete(want, at, at+1)
			}
		}
		if got := changedList(strings.Join(now, ","), c); got != strings.Join(want, ",") {
			t.Fatalf("%v changed by %v is %s, and should be %v", now, items, got, want)
		}
	})
}

// A request may name as many keys as it has room for, in any order; a hundred thousand of them are done at once. If
// those behind each one moved up for it, as they did, they took a hundred gigabytes of copying.
func TestManyKeysAreLookedAtOnce(t *testing.T) {
	const n = 100_000
	s := settings{changed: map[string]setting{}, before: []config.Override{{Name: "a", Value: "old"}, {Name: "m", Value: "old"}}}
	m := &Controller{}
	r := &msg.AlterResource{Type: record.ConfigBroker}
	for i := n; i > 0; i-- {
		m.change(r, &msg.ConfigChange{Name: "k" + strconv.Itoa(i), Op: msg.ConfigSet, Value: "v"}, &s)
	}
	m.change(r, &msg.ConfigChange{Name: "a", Op: msg.ConfigDelete}, &s)
	m.change(r, &msg.ConfigChange{Name: "m", Op: msg.ConfigSet, Value: "new"}, &s)
	all := s.list()
	if len(all) != n+1 || all[n] != (config.Override{Name: "m", Value: "new"}) || !slices.IsSortedFunc(all, func(a, b config.Override) int { return strings.Compare(a.Name, b.Name) }) {
		t.Fatalf("%d keys, the last is %v", len(all), all[len(all)-1])
	}
	if s.before[1].Value != "old" {
		t.Error("what was set before is changed in place")
	}
	items := make([]string, n)
	for i := range items {
		items[i] = strconv.Itoa(i)
	}
	long := strings.Join(items, ",")
	if got := changedList(long, &msg.ConfigChange{Op: msg.ConfigSubtract, Value: long}); got != "" {
		t.Errorf("%.20s is left", got)
	}
	if got := changedList("", &msg.ConfigChange{Op: msg.ConfigAppend, Value: long}); got != long {
		t.Errorf("%d bytes are there", len(got))
	}
}
