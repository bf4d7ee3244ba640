package show

import (
	"fmt"
	"slices"
	"strings"

	"momus/sim"
)

// The measures of a picture in pixels: a page is read at 1280 and more.
const (
	pageWidth   = 1240.0
	labelWidth  = 150.0
	laneHeight  = 24.0
	barHeight   = 7.0
	curveHeight = 110.0
	axisHeight  = 26.0
)

// picture is one picture of a stretch of a run.
type picture struct {
	r    *sim.Recording
	bars []bar
	// told are the events that broken promises name.
	told  map[int64]bool
	scale *scale
	b     strings.Builder
	y     float64
	from  int64
	to    int64
}

// draw makes the picture of a stretch: lanes, then the curves of some logs.
func draw(r *sim.Recording, bars []bar, told map[int64]bool, from, to int64, logs []string) string {
	p := &picture{r: r, bars: bars, told: told, from: from, to: to}
	p.scale = newScale(from, to, p.busy(), labelWidth, pageWidth-labelWidth)
	p.y = axisHeight
	p.node()
	p.faults("disk", diskFaults)
	p.faults("network", netFaults)
	p.clients()
	for _, log := range logs {
		p.curve(log)
	}
	body := p.b.String()
	p.b.Reset()
	fmt.Fprintf(&p.b, `<svg viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`, pageWidth, p.y+6, pageWidth, p.y+6)
	p.shades()
	p.axis()
	p.b.WriteString(body)
	p.marks()
	p.b.WriteString("</svg>\n")
	return p.b.String()
}

// busy are the times at which something happens.
func (p *picture) busy() []int64 {
	var times []int64
	for i := range p.bars {
		times = append(times, p.bars[i].from, p.bars[i].to)
	}
	for _, l := range p.r.Lives {
		times = append(times, l.Begin, l.Ready, l.End)
	}
	for _, f := range p.r.Phases {
		times = append(times, f.At)
	}
	for _, f := range p.r.Faults {
		if !quietFaults[f.Name] && isFault(f.Name) {
			times = append(times, f.At)
		}
	}
	return times
}

func (p *picture) rect(class string, x, y, w, h float64, title string) {
	fmt.Fprintf(&p.b, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`, class, x, y, max(w, 2), h, escape(title))
}

func (p *picture) text(class string, x, y float64, text string) {
	fmt.Fprintf(&p.b, `<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, escape(text))
}

func (p *picture) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&p.b, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

// lane begins a lane of a height and writes its name.
func (p *picture) lane(name string, height float64) {
	p.line("rule", 0, p.y, pageWidth, p.y)
	p.text("name", 4, p.y+16, name)
	p.y += height
}

// axis writes the time, and marks the stretches that are cut short.
func (p *picture) axis() {
	p.text("name", 4, 16, "virtual time")
	for _, t := range p.scale.ticks(76) {
		x := p.scale.x(t)
		p.line("tick", x, axisHeight-6, x, p.y)
		p.text("time", x+3, 16, seconds(t))
	}
	for _, c := range p.scale.cuts {
		x, end := p.scale.x(c[0]), p.scale.x(c[1])
		p.rect("cut", x, axisHeight-6, end-x, p.y-axisHeight+6, "nothing happens for "+seconds(c[1]-c[0]))
	}
}

// shades marks the times at which the node is down or does not serve yet, all over the picture.
func (p *picture) shades() {
	for i, l := range p.r.Lives {
		ready, end := l.Ready, l.End
		if end == 0 {
			end = p.r.Report.Nanos
		}
		if ready == 0 {
			ready = end
		}
		if p.scale.within(l.Begin, ready) {
			p.shade("starting", l.Begin, ready, "the process starts")
		}
		next := p.r.Report.Nanos
		if i+1 < len(p.r.Lives) {
			next = p.r.Lives[i+1].Begin
		}
		if p.scale.within(end, next) && end < next {
			p.shade("down", end, next, "the node is down")
		}
	}
}

func (p *picture) shade(class string, from, to int64, title string) {
	x := p.scale.x(from)
	p.rect(class, x, axisHeight, p.scale.x(to)-x, p.y-axisHeight, title+", "+seconds(from)+" to "+seconds(to))
}

// nodeFaults are those of the node's lane, diskFaults and netFaults those of theirs.
var (
	nodeFaults = []string{"crash-process", "crash-power", "disk-downs", "clock-jumps", "stops", "early-stops", "pauses"}
	diskFaults = []string{
		"write-errors", "read-errors", "name-errors", "sync-errors", "full-disks", "broken-calls", "disk-stalls", "undone-calls",
		"torn-writes", "lost-writes", "lost-sizes", "part-writes", "garbage", "lost-entries", "lost-syncs", "rotten-bits",
		"misplaced-writes", "stray-reads", "dirs-away", "dirs-wiped", "log-moves", "failed-moves",
	}
	netFaults = []string{"resets", "late", "short-writes", "short-reads", "chops"}
	// quietFaults come with every other call and are marked without a word.
	quietFaults = map[string]bool{"late": true, "short-writes": true, "short-reads": true, "chops": true, "disk-stalls": true, "lags": true}
	// loudFaults cost something.
	loudFaults = map[string]bool{
		"crash-power": true, "lost-writes": true, "torn-writes": true, "garbage": true, "lost-entries": true, "rotten-bits": true,
		"misplaced-writes": true, "lost-syncs": true, "dirs-wiped": true,
	}
	faultWords = map[string]string{
		"crash-process": "killed", "crash-power": "power lost", "disk-downs": "ended by its disk", "clock-jumps": "clock jumps",
		"stops": "stopped", "early-stops": "stopped early", "pauses": "paused",
	}
)

// isFault tells what has a lane from what is only counted.
func isFault(name string) bool {
	return slices.Contains(nodeFaults, name) || slices.Contains(diskFaults, name) || slices.Contains(netFaults, name)
}

// wide is how much room a word takes.
func wide(word string) float64 { return float64(len(word))*6.2 + 8 }

// node draws the lives of the process, the phases of the run and what befell the machine.
func (p *picture) node() {
	p.lane("node", laneHeight+38)
	top := p.y - laneHeight - 38
	for i, l := range p.r.Lives {
		end := l.End
		if end == 0 {
			end = p.r.Report.Nanos
		}
		if !p.scale.within(l.Begin, end) {
			continue
		}
		x, title := p.scale.x(l.Begin), fmt.Sprintf("life %d, from %s to %s", i+1, seconds(l.Begin), seconds(end))
		p.rect("boot", x, top+5, p.scale.x(end)-x, 14, title+", never ready")
		if l.Ready > 0 {
			x = p.scale.x(l.Ready)
			p.rect("serving", x, top+5, p.scale.x(end)-x, 14, title+", ready at "+seconds(l.Ready))
		}
	}
	free := 0.0
	for _, f := range p.r.Phases {
		if f.At >= p.from && f.At <= p.to {
			x := p.scale.x(f.At)
			p.line("phase", x, top, x, p.y)
			if width := wide(f.Name); x >= free && x+width < pageWidth {
				p.text("small", x+3, p.y-5, f.Name)
				free = x + width
			}
		}
	}
	p.faultsAt(top+19, nodeFaults)
}

// faults draws a lane of what struck, with words where there is room for them.
func (p *picture) faults(name string, names []string) {
	p.lane(name, laneHeight+8)
	p.faultsAt(p.y-laneHeight-8, names)
}

func (p *picture) faultsAt(top float64, names []string) {
	free := 0.0
	for _, f := range p.r.Faults {
		if f.At < p.from || f.At > p.to || !slices.Contains(names, f.Name) {
			continue
		}
		class, word := "fault", f.Name
		if quietFaults[f.Name] {
			class = "faint"
		} else if loudFaults[f.Name] {
			class = "loud"
		}
		if w, ok := faultWords[f.Name]; ok {
			word = w
		}
		x := p.scale.x(f.At)
		p.rect(class, x-1, top+3, 3, 9, fmt.Sprintf("%s, %d at %s", f.Name, f.N, seconds(f.At)))
		if width := wide(word); x >= free && class != "faint" && x+width < pageWidth {
			p.text("small", x+4, top+22, word)
			free = x + width
		}
	}
}

// clients draws a lane for each client; what overlaps lies below one another.
func (p *picture) clients() {
	for id, kind := range p.r.Clients {
		var ends []float64 // of the rows
		top := p.y
		p.line("rule", 0, top, pageWidth, top)
		p.text("name", 4, top+15, fmt.Sprintf("%d %s", id, kind))
		any := false
		for i := range p.bars {
			b := &p.bars[i]
			if int(b.client) != id || !p.scale.within(b.from, b.to) {
				continue
			}
			any = true
			x, end := p.scale.x(b.from), p.scale.x(b.to)
			row := slices.IndexFunc(ends, func(e float64) bool { return e <= x })
			if row < 0 {
				row = min(len(ends), 4)
				if row == len(ends) {
					ends = append(ends, 0)
				}
			}
			ends[row] = max(ends[row], end, x+2) + 1
			class := b.kind + " " + b.how
			if p.told[int64(b.events[0])] || b.events[1] > 0 && p.told[int64(b.events[1])] {
				class += " told"
			}
			p.rect(class, x, top+4+float64(row)*(barHeight+2), end-x, barHeight, fmt.Sprintf("%s to %s, events %d and %d: %s",
				seconds(b.from), seconds(b.to), b.events[0], b.events[1], b.text))
		}
		if !any && p.from > 0 {
			p.text("small", labelWidth+4, top+15, "nothing in this stretch")
		}
		p.y += max(laneHeight, 8+float64(len(ends))*(barHeight+2))
	}
}

// marks draws the events that broken promises name, over everything.
func (p *picture) marks() {
	var events []int64
	for e := range p.told {
		events = append(events, e)
	}
	slices.Sort(events)
	last := -100.0
	for _, e := range events {
		if e < 1 || int(e) > len(p.r.Times) {
			continue
		}
		t := p.r.Times[e-1]
		if t < p.from || t > p.to {
			continue
		}
		x := p.scale.x(t)
		p.line("told", x, axisHeight-4, x, p.y)
		if x-last > 34 {
			p.text("event", x+2, axisHeight+2, fmt.Sprintf("@%d", e))
			last = x
		}
	}
}
