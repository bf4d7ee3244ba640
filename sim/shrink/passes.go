package shrink

import (
	"maps"
	"math"
	"slices"
	"strings"

	"momus/sim"
	"momus/sim/scenario"
)

// pass is one way to make a scenario smaller.
type pass struct {
	name string
	run  func(*Shrinker)
}

// passes go from what takes most away to what only simplifies: the less there is to run, the faster the rest
// goes.
var passes = []pass{
	{"leaving clients away", (*Shrinker).clients},
	{"ending the faults earlier", (*Shrinker).length},
	{"leaving faults away", (*Shrinker).faults},
	{"having clients stop earlier", (*Shrinker).untils},
	{"having rare things happen always", (*Shrinker).always},
	{"having choices come out alike", (*Shrinker).alike},
	{"leaving operations away", (*Shrinker).operations},
	{"having clients begin later", (*Shrinker).froms},
	{"taking the least delays", (*Shrinker).delays},
	{"taking the simplest plan", (*Shrinker).plan},
	{"taking the simplest of what is left", (*Shrinker).streams},
}

// turn is the edit that sets a knob.
func turn(k sim.Knob, value uint64) edit {
	return func(c *scenario.Scenario) { c.Set(k.Key, k.Ordinal, value) }
}

// knobs are those of the best whose key holds a text.
func (s *Shrinker) knobs(within string) (list []sim.Knob) {
	for _, k := range s.Outcome.Knobs {
		if strings.Contains(k.Key, within) {
			list = append(list, k)
		}
	}
	return list
}

func (s *Shrinker) clients() {
	var edits []edit
	for _, k := range s.knobs("/knob/client") {
		if strings.HasSuffix(k.Key, "/until") {
			edits = append(edits, turn(k, 0))
		}
	}
	s.all(edits)
}

func (s *Shrinker) length() {
	for _, k := range s.knobs("/knob/length") {
		s.least(k.Off, k.Value, func(v uint64) edit { return turn(k, v) })
	}
}

// faults turns off all that strikes or is planned: all kinds at once, then each alone, then one by one.
func (s *Shrinker) faults() {
	for _, kinds := range [][]string{{"/knob/rate/", "/knob/spare/", "/knob/sluggish", "/knob/skew", "/knob/orders"}, {"/knob/rate/"}, {"/knob/spare/"}} {
		var edits []edit
		for _, kind := range kinds {
			for _, k := range s.knobs(kind) {
				edits = append(edits, turn(k, k.Off))
			}
		}
		s.all(edits)
	}
	s.all(s.off(func(key string) bool {
		return strings.HasSuffix(key, "/plan/early") || strings.HasSuffix(key, "/plan/relapse") || strings.HasSuffix(key, "/plan/snapshotrot")
	}))
}

// untils has clients fall silent sooner.
func (s *Shrinker) untils() {
	for _, k := range s.knobs("/knob/client") {
		if strings.HasSuffix(k.Key, "/until") {
			s.least(0, min(k.Value, uint64(s.Outcome.Report.Nanos)), func(v uint64) edit { return turn(k, v) })
		}
	}
}

// operations leaves operations of clients away: those from one on, then ranges, then one by one.
func (s *Shrinker) operations() {
	for _, u := range s.Outcome.Used {
		if !strings.HasSuffix(u.Key, "/skip") || u.Drawn == 0 {
			continue
		}
		end := u.Drawn
		if o := s.Best.Overrides[u.Key]; o.HasEnd {
			end = min(end, o.End)
		}
		s.least(0, end, func(v uint64) edit {
			return func(c *scenario.Scenario) { c.EndWith(u.Key, v, 1) }
		})
		if o := s.Best.Overrides[u.Key]; o.HasEnd {
			end = min(end, o.End)
		}
		var edits []edit
		for at := range end {
			if s.Best.Overrides[u.Key].Values[at] == 0 {
				edits = append(edits, func(c *scenario.Scenario) { c.Set(u.Key, at, 1) })
			}
		}
		s.all(edits)
	}
}

// always has what happens now and then happen every time: the fewer operations there are, the less often it
// would, and each that is left away moves it to another one.
func (s *Shrinker) always() {
	for _, u := range s.Outcome.Used {
		value := uint64(math.MaxUint64)
		switch {
		case strings.HasSuffix(u.Key, "/crash/write"), strings.HasSuffix(u.Key, "/crash/name"):
			value = 1 // lost
		case strings.HasSuffix(u.Key, "/repeat"), strings.HasSuffix(u.Key, "/deaf"), strings.HasSuffix(u.Key, "/zombie"):
		default:
			continue
		}
		if o := s.Best.Overrides[u.Key]; u.Busy > 0 && !o.HasEnd {
			s.try(func(c *scenario.Scenario) { c.EndWith(u.Key, 0, value) })
		}
	}
}

// froms has clients begin later, as late as they can.
func (s *Shrinker) froms() {
	for _, k := range s.knobs("/knob/client") {
		key, isUntil := strings.CutSuffix(k.Key, "/until")
		if !isUntil {
			continue
		}
		from := sim.Knob{Key: key + "/from"}
		late := min(k.Value, uint64(s.Outcome.Report.Nanos), math.MaxInt64)
		s.least(late, s.Best.Overrides[from.Key].Values[0], func(v uint64) edit { return turn(from, v) })
	}
}

// off are edits that take the streams that hold only zeros anyway from their last other value on, and all
// of the others whose keys are wanted, to 0.
func (s *Shrinker) off(want func(key string) bool) (edits []edit) {
	for _, u := range s.Outcome.Used {
		if u.Busy > 0 && want(u.Key) {
			edits = append(edits, func(c *scenario.Scenario) { c.EndWith(u.Key, 0, 0) })
		}
	}
	return edits
}

// delays takes the least of everything that is only about when: by patterns, since every connection has
// streams of its own.
func (s *Shrinker) delays() {
	var edits []edit
	for _, pattern := range []string{
		"node0/net/*", "node0/lag/*", "node0/worker*", "node0/node0/disk/*/time", "node0/pause/*", "node0/read", "node0/drain", "node0/saver",
		"node0/handshake", "node0/feed", "node0/connturn", "node0/quota/nanos", "node0/inspect",
	} {
		if o, known := s.Best.Overrides[pattern]; !known || !o.HasEnd {
			edits = append(edits, func(c *scenario.Scenario) { c.EndWith(pattern, 0, 0) })
		}
	}
	s.all(edits)
}

func isPlan(key string) bool { return strings.Contains(key, "/plan/") }

// plans is the pattern of the streams that plan a world.
const plans = "node0/plan/*"

// plan says all that is planned in the scenario, with nothing left to the seed, and then takes away what
// need not be said: each stream that is not named is 0.
func (s *Shrinker) plan() {
	if _, said := s.Best.Overrides[plans]; !said {
		s.try(func(c *scenario.Scenario) {
			c.EndWith(plans, 0, 0)
			for _, u := range s.Outcome.Used {
				if !isPlan(u.Key) {
					continue
				}
				delete(c.Overrides, u.Key)
				for at := range u.Busy {
					c.Set(u.Key, at, u.Values[at])
				}
			}
		})
	}
	s.all(s.unsaid(isPlan))
	for _, key := range slices.Sorted(maps.Keys(s.Best.Overrides)) {
		if o := s.Best.Overrides[key]; isPlan(key) && len(o.Values) > 1 {
			s.all(zeros(key, o))
		}
	}
}

// zeros are the edits that take single values of a stream to 0.
func zeros(key string, o sim.Override) (edits []edit) {
	for _, at := range slices.Sorted(maps.Keys(o.Values)) {
		if o.Values[at] != 0 {
			edits = append(edits, func(c *scenario.Scenario) { c.Set(key, at, 0) })
		}
	}
	return edits
}

// unsaid are the edits that take what is said of streams out of the scenario.
func (s *Shrinker) unsaid(want func(key string) bool) (edits []edit) {
	for _, key := range slices.Sorted(maps.Keys(s.Best.Overrides)) {
		if key != plans && want(key) {
			edits = append(edits, func(c *scenario.Scenario) { delete(c.Overrides, key) })
		}
	}
	return edits
}

// tidy takes out of the scenario what makes no difference any more.
func (s *Shrinker) tidy() {
	s.all(s.unsaid(func(key string) bool { return !strings.HasSuffix(key, "*") }))
	s.try(func(c *scenario.Scenario) {
		for _, key := range slices.Sorted(maps.Keys(c.Overrides)) {
			o := c.Overrides[key]
			for _, at := range slices.Sorted(maps.Keys(o.Values)) {
				if o.HasEnd && at >= o.End && o.Values[at] == o.Rest {
					delete(o.Values, at)
				}
			}
		}
	})
}

// streams simplifies what is left, and ends what cannot be 0 from the beginning as early as it can.
func (s *Shrinker) streams() {
	rest := func(key string) bool {
		return !isPlan(key) && !strings.HasSuffix(key, "/skip") && !strings.HasSuffix(key, "/entropy")
	}
	s.all(s.off(rest))
	for _, u := range s.Outcome.Used {
		if u.Busy > 1 && strings.Contains(u.Key, "/crash/") {
			s.least(0, u.Busy, func(v uint64) edit {
				return func(c *scenario.Scenario) { c.EndWith(u.Key, v, 0) }
			})
		}
	}
}
