package show

import (
	"slices"
	"sort"
	"strconv"
)

// gapNanos is the longest stretch without anything that is drawn at its length.
const gapNanos = int64(300_000_000)

// scale maps virtual time to pixels. Where nothing happens for longer than gapNanos it is cut short.
type scale struct {
	from, to    int64
	left, width float64
	// times are where something happens, sorted; at[i] is how far times[i] is along, cuts included.
	times []int64
	at    []int64
	// cuts are the stretches that are cut short.
	cuts [][2]int64
}

func newScale(from, to int64, busy []int64, left, width float64) *scale {
	s := &scale{from: from, to: max(to, from+1), left: left, width: width}
	s.times = append(s.times, s.from, s.to)
	for _, t := range busy {
		if t > s.from && t < s.to {
			s.times = append(s.times, t)
		}
	}
	slices.Sort(s.times)
	s.times = slices.Compact(s.times)
	s.at = make([]int64, len(s.times))
	for i := 1; i < len(s.times); i++ {
		length := s.times[i] - s.times[i-1]
		if length > gapNanos {
			s.cuts = append(s.cuts, [2]int64{s.times[i-1], s.times[i]})
			length = gapNanos
		}
		s.at[i] = s.at[i-1] + length
	}
	return s
}

// x is where a time lies.
func (s *scale) x(t int64) float64 {
	t = min(max(t, s.from), s.to)
	i := sort.Search(len(s.times), func(i int) bool { return s.times[i] >= t })
	along := float64(s.at[i])
	if i > 0 {
		part := float64(t-s.times[i-1]) / float64(s.times[i]-s.times[i-1])
		along = float64(s.at[i-1]) + part*float64(s.at[i]-s.at[i-1])
	}
	return s.left + s.width*along/float64(s.at[len(s.at)-1])
}

// within tells whether a stretch is in sight.
func (s *scale) within(from, to int64) bool { return to >= s.from && from <= s.to }

// ticks are times for the axis, at least apart pixels from one another.
func (s *scale) ticks(apart float64) []int64 {
	step := int64(1_000_000)
	for _, factor := range []int64{2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000} {
		if float64(step)/float64(s.at[len(s.at)-1])*s.width >= apart {
			break
		}
		step = factor * 1_000_000
	}
	var ticks []int64
	last := s.left - apart
	for t := (s.from + step - 1) / step * step; t <= s.to; t += step {
		if x := s.x(t); x-last >= apart && x <= s.left+s.width-apart/2 {
			ticks = append(ticks, t)
			last = x
		}
	}
	return ticks
}

// seconds is a time for people.
func seconds(nanos int64) string {
	return strconv.FormatFloat(float64(nanos)/1e9, 'f', 3, 64) + " s"
}
