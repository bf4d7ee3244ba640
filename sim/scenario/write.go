package scenario

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"momus/sim"
)

func isOff(o sim.Override) bool { return o.HasEnd && o.End == 0 && o.Rest == 0 && len(o.Values) == 0 }

// Write gives a scenario as a file, of choices alone. Notes say what the overrides of a stream mean, by its key.
func (s *Scenario) Write(notes map[string]string) string {
	var b strings.Builder
	b.WriteString("promise: " + s.Promise + "\n")
	if s.Benign {
		b.WriteString("seed: benign\n")
	} else {
		b.WriteString("seed: " + strconv.FormatUint(s.Seed, 10) + "\n")
	}
	_, benign := s.Overrides[planned]
	benign = benign && isOff(s.Overrides[planned])
	if benign {
		b.WriteString("plan: benign\n")
	}
	b.WriteString("\n")
	for _, key := range slices.Sorted(maps.Keys(s.Overrides)) {
		o := s.Overrides[key]
		if benign && key == planned {
			continue
		}
		if note := notes[key]; note != "" {
			b.WriteString("# " + note + "\n")
		}
		ordinals := slices.Sorted(maps.Keys(o.Values))
		for i := 0; i < len(ordinals); {
			first, value := ordinals[i], o.Values[ordinals[i]]
			last := first
			for i++; i < len(ordinals) && ordinals[i] == last+1 && o.Values[ordinals[i]] == value; i++ {
				last = ordinals[i]
			}
			b.WriteString("choose: " + key + " " + strconv.FormatUint(first, 10))
			if last > first {
				b.WriteString(".." + strconv.FormatUint(last, 10))
			}
			b.WriteString(" = " + strconv.FormatUint(value, 10) + "\n")
		}
		switch {
		case !o.HasEnd:
		case benign && isPlan(key) && o.End == 0 && o.Rest == 0 && len(o.Values) > 0: // as all that is planned
		case o.Rest != 0:
			b.WriteString("choose: " + key + " " + strconv.FormatUint(o.End, 10) + ".. = " + strconv.FormatUint(o.Rest, 10) + "\n")
		case o.End == 0:
			b.WriteString("off: " + key + "\n")
		default:
			b.WriteString("off: " + key + " " + strconv.FormatUint(o.End, 10) + "\n")
		}
	}
	b.WriteString("\n")
	for _, e := range s.Expect {
		b.WriteString("expect: " + e.String() + "\n")
	}
	return b.String()
}
