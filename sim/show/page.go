package show

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"momus/checker"
	"momus/sim"
)

// saidMax is how many broken promises of one check are told, each shows in many records.
const saidMax = 4

// curvesMax is how many logs have their offsets drawn, rowsMax how many rows tell what led to a broken promise.
const (
	curvesMax = 3
	rowsMax   = 60
)

// Page draws a run. The name stands above it; check is the one that was expected to speak, if any, and what led to
// that is shown rather than what led to others.
func Page(r *sim.Recording, name, check string) []byte {
	bars := barsOf(r)
	told := map[int64]bool{}
	for _, v := range r.Report.Violations {
		for _, e := range v.Events {
			told[int64(e)] = true
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title>\n<style>%s</style></head><body>\n", escape(name), style)
	head(&b, r, name)
	logs := logsOf(r, bars, told)
	if from, to, check := around(r, bars, check); check != "" {
		fmt.Fprintf(&b, "<h2>What led to %s: %s to %s</h2>\n", escape(check), seconds(from), seconds(to))
		b.WriteString(draw(r, bars, told, from, to, logs))
		table(&b, r, bars, told, from, to, logs)
	}
	b.WriteString("<h2>The whole run</h2>\n")
	b.WriteString(draw(r, bars, told, 0, r.Report.Nanos, logs))
	b.WriteString(legend)
	fmt.Fprintf(&b, "<div id=\"tip\"></div><script>%s</script></body></html>\n", script)
	return []byte(b.String())
}

// head tells how the run came out.
func head(b *strings.Builder, r *sim.Recording, name string) {
	v := r.Report.Verdict
	fmt.Fprintf(b, "<h1>%s <span class=\"verdict %s\">%s</span></h1>\n", escape(name), v.String(), v.String())
	fmt.Fprintf(b, "<p class=\"facts\">%d steps in %s of virtual time, hash %016x. %d crashes, %d of them with the power; %d operations acknowledged.</p>\n",
		r.Report.Steps, seconds(r.Report.Nanos), r.Report.Hash, r.Report.Judge.Crashes, r.Report.Judge.PowerLosses, r.Report.Judge.Acked())
	fmt.Fprintf(b, "<p class=\"facts\">%s</p>\n", escape(r.Plan))
	if len(r.Report.Violations) == 0 {
		return
	}
	b.WriteString("<ol class=\"violations\">\n")
	said, left := map[string]int{}, 0
	for _, v := range r.Report.Violations {
		if said[v.Checker]++; said[v.Checker] > saidMax {
			left++
			continue
		}
		text := strings.TrimPrefix(v.Text, v.Checker+": ")
		fmt.Fprintf(b, "<li><b>%s</b> %s</li>\n", escape(v.Checker), escape(text))
	}
	b.WriteString("</ol>\n")
	if left > 0 {
		fmt.Fprintf(b, "<p class=\"facts\">And %d more of these.</p>\n", left)
	}
}

// logsOf chooses the logs whose offsets are drawn: those of the operations that broken promises name, else
// those with the most operations.
func logsOf(r *sim.Recording, bars []bar, told map[int64]bool) []string {
	count := map[string]int{}
	for i := range bars {
		b := &bars[i]
		if b.log == "" {
			continue
		}
		count[b.log]++
		if told[int64(b.events[0])] || told[int64(b.events[1])] {
			count[b.log] += len(bars)
		}
	}
	for _, v := range r.Report.Violations {
		for i := range bars {
			if l := bars[i].log; l != "" && strings.Contains(v.Text, l+":") {
				count[l] += 10 * len(bars)
				break
			}
		}
	}
	var logs []string
	for log := range count {
		logs = append(logs, log)
	}
	slices.Sort(logs)
	slices.SortStableFunc(logs, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	most := min(len(logs), curvesMax)
	for i := range logs[:most] { // of the others nothing is to be seen here
		if i > 0 && count[logs[0]] > 10*count[logs[i]] && len(told) > 0 {
			most = i
			break
		}
	}
	return logs[:most]
}

// around is the stretch about the events that one broken promise names, and its check: that which was expected, or
// the first, but for those of a model, which name all that a key ever saw. Of the final read nothing is to be seen
// here, unless it is all that any of them names.
func around(r *sim.Recording, bars []bar, expected string) (from, to int64, check string) {
	violations := slices.Clone(r.Report.Violations)
	rank := func(v sim.Violation) int {
		switch {
		case v.Checker == expected:
			return 0
		case !strings.HasPrefix(v.Checker, "model-"):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(violations, func(a, b sim.Violation) int { return cmp.Compare(rank(a), rank(b)) })
	reading := r.Report.Nanos
	for _, f := range r.Phases {
		if f.Name == "reading" {
			reading = f.At
		}
	}
	for _, last := range []int64{reading, r.Report.Nanos} {
		for _, v := range violations {
			if from, to, found := stretch(r, bars, v.Events, last); found {
				if later(r, v.Events, last) {
					to = struck(r, to)
				}
				margin := max((to-from)/6, 60_000_000)
				return max(from-margin, 0), min(to+margin, r.Report.Nanos), v.Checker
			}
		}
	}
	return 0, 0, ""
}

// later tells whether one of some events came after a time: what was seen then had its cause before.
func later(r *sim.Recording, events []checker.Event, last int64) bool {
	return slices.ContainsFunc(events, func(e checker.Event) bool { return r.Time(e) > last })
}

// struck is when something struck for the first time after a time that costs what is not flushed, or else a
// process; that time if nothing did.
func struck(r *sim.Recording, after int64) int64 {
	for _, name := range []string{"crash-power", "crash-process"} {
		for _, f := range r.Faults {
			if f.Name == name && f.At > after {
				return f.At
			}
		}
	}
	return after
}

// stretch is that of some events before a time, with all of the operations that they belong to.
func stretch(r *sim.Recording, bars []bar, events []checker.Event, last int64) (from, to int64, found bool) {
	see := func(a, b int64) {
		if !found {
			from, to, found = a, b, true
		}
		from, to = min(from, a), max(to, b)
	}
	for _, e := range events {
		if e >= 1 && int(e) <= len(r.Times) && r.Times[e-1] <= last {
			see(r.Times[e-1], r.Times[e-1])
		}
	}
	for i := range bars {
		if b := &bars[i]; found && b.to <= last && (slices.Contains(events, b.events[0]) || slices.Contains(events, b.events[1])) {
			see(b.from, b.to)
		}
	}
	return from, to, found
}

// row is one line of what led to a broken promise.
type row struct {
	at    int64
	event checker.Event
	who   string
	class string
	text  string
}

// table lists what was done to the logs, and what befell the node, in a stretch.
func table(b *strings.Builder, r *sim.Recording, bars []bar, told map[int64]bool, from, to int64, logs []string) {
	var rows []row
	for i := range bars {
		o := &bars[i]
		named := told[int64(o.events[0])] || o.events[1] > 0 && told[int64(o.events[1])]
		if !named && (o.to < from || o.from > to || o.log == "" || !slices.Contains(logs, o.log)) {
			continue
		}
		class := o.how
		if named {
			class += " named"
		}
		rows = append(rows, row{o.from, o.events[0], fmt.Sprintf("%d %s", o.client, kindOf(r, o.client)), class, o.text + " (until " + seconds(o.to) + ")"})
	}
	for _, f := range r.Faults {
		if f.At >= from && f.At <= to && !quietFaults[f.Name] && isFault(f.Name) {
			rows = append(rows, row{at: f.At, who: "world", class: "struck", text: fmt.Sprintf("%s, %d", f.Name, f.N)})
		}
	}
	for i, l := range r.Lives {
		if l.Begin >= from && l.Begin <= to {
			rows = append(rows, row{at: l.Begin, who: "node", text: fmt.Sprintf("life %d begins", i+1)})
		}
		if l.Ready >= from && l.Ready <= to && l.Ready > 0 {
			rows = append(rows, row{at: l.Ready, who: "node", text: fmt.Sprintf("life %d serves", i+1)})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	rows, left := shorten(rows)
	fmt.Fprintf(b, "<table><tr><th>time</th><th>event</th><th>who</th><th>what (%d more are left out)</th></tr>\n", left)
	for _, o := range rows {
		event := ""
		if o.event > 0 {
			event = fmt.Sprintf("@%d", o.event)
		}
		fmt.Fprintf(b, "<tr class=\"%s\"><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n", o.class, seconds(o.at), event, escape(o.who), escape(o.text))
	}
	b.WriteString("</table>\n")
}

// shorten keeps the rows that are named, what struck, and of the others those nearest before a named one.
func shorten(rows []row) (kept []row, left int) {
	keep := make([]bool, len(rows))
	n := 0
	take := func(i int) {
		if !keep[i] && n < rowsMax {
			keep[i] = true
			n++
		}
	}
	for i := range rows {
		if strings.Contains(rows[i].class, "named") {
			take(i)
		}
	}
	for near := 1; near < len(rows) && n < rowsMax; near++ {
		for i := range rows {
			if i+near < len(rows) && strings.Contains(rows[i+near].class, "named") {
				take(i)
			}
		}
	}
	for i := range rows {
		if keep[i] {
			kept = append(kept, rows[i])
		}
	}
	return kept, len(rows) - n
}

func kindOf(r *sim.Recording, client int32) string {
	if client < 0 || int(client) >= len(r.Clients) {
		return ""
	}
	return r.Clients[client]
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(text string) string { return escapes.Replace(text) }
