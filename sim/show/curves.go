package show

import (
	"fmt"
	"strings"

	"momus/core/kafka"
	"momus/sim"
)

// curve draws the offsets of a partition log: its end, the high watermark, what is flushed, where it begins.
func (p *picture) curve(log string) {
	p.lane(log, curveHeight)
	top, height := p.y-curveHeight+8, curveHeight-20
	var points []sim.OffsetsAt
	lowest, highest := kafka.Offset(0), kafka.Offset(1)
	for i := range p.r.Offsets {
		o := &p.r.Offsets[i]
		if logName(p.r.Topics[o.Log.Topic], o.Log.Partition) != log || o.At > p.to {
			continue
		}
		if o.At < p.from { // what holds at the left edge
			points = append(points[:0], *o)
			continue
		}
		points = append(points, *o)
	}
	for i := range points {
		if i == 0 {
			lowest = min(points[i].Start, points[i].Flushed)
		}
		lowest = min(lowest, points[i].Start)
		highest = max(highest, points[i].End)
	}
	if p.from > 0 && len(points) > 0 { // a stretch shows what moves in it
		lowest = points[0].High
		for i := range points {
			lowest = min(lowest, points[i].High, points[i].Flushed)
		}
	}
	at := func(o kafka.Offset) float64 {
		share := float64(max(o, lowest)-lowest) / float64(max(highest-lowest, 1))
		return top + height*(1-share)
	}
	p.text("small", 100, top+8, num(highest))
	p.text("small", 100, top+height, num(lowest))
	p.line("grid", labelWidth, at(highest), pageWidth, at(highest))
	p.line("grid", labelWidth, at(lowest), pageWidth, at(lowest))
	for _, c := range []struct {
		class string
		of    func(o *sim.OffsetsAt) kafka.Offset
	}{
		{"start", func(o *sim.OffsetsAt) kafka.Offset { return o.Start }},
		{"flushed", func(o *sim.OffsetsAt) kafka.Offset { return o.Flushed }},
		{"end", func(o *sim.OffsetsAt) kafka.Offset { return o.End }},
		{"high", func(o *sim.OffsetsAt) kafka.Offset { return o.High }},
	} {
		p.steps(c.class, points, c.of, at)
	}
	p.dots(points, at)
	for i, class := range []string{"end", "high", "flushed", "start"} {
		y := top + 22 + float64(i)*14
		p.line("curve "+class, 8, y-4, 24, y-4)
		p.text("small", 28, y, [...]string{"log end", "high watermark", "flushed", "log start"}[i])
	}
}

// steps draws one curve: an offset holds until it changes.
func (p *picture) steps(class string, points []sim.OffsetsAt, of func(*sim.OffsetsAt) kafka.Offset, at func(kafka.Offset) float64) {
	if len(points) == 0 {
		return
	}
	var path strings.Builder
	for i := range points {
		x, y := p.scale.x(points[i].At), at(of(&points[i]))
		if i == 0 {
			fmt.Fprintf(&path, "M%.1f %.1f", x, y)
			continue
		}
		fmt.Fprintf(&path, "H%.1fV%.1f", x, y)
	}
	fmt.Fprintf(&path, "H%.1f", p.scale.x(p.to))
	fmt.Fprintf(&p.b, `<path class="curve %s" d="%s"/>`, class, path.String())
}

// dots are what is told on hovering.
func (p *picture) dots(points []sim.OffsetsAt, at func(kafka.Offset) float64) {
	for i := range points {
		o := &points[i]
		fmt.Fprintf(&p.b, `<circle class="dot" cx="%.1f" cy="%.1f" r="5"><title>%s</title></circle>`, p.scale.x(o.At), at(o.End),
			escape(fmt.Sprintf("%s: log end %d, high watermark %d, flushed %d, log start %d", seconds(o.At), o.End, o.High, o.Flushed, o.Start)))
	}
}
