package metrics

import (
	"strconv"
	"strings"

	"momus/core"
)

// Page is an answer over HTTP.
type Page struct {
	Status int
	Type   string
	Body   []byte
}

// The statuses that pages have.
const (
	statusOK          = 200
	statusNotFound    = 404
	statusUnavailable = 503
)

const plain = "text/plain; charset=utf-8"

// Patience is how many milliseconds the core has for its Report, before it counts as stuck.
const Patience = 2000

// Answer makes the page of a path; query is what stands behind its question mark. Without a report the core did
// not answer in time.
func Answer(path, query string, m *Meter, r *core.Report, mem Memory) Page {
	switch path {
	case "/metrics":
		if r == nil {
			return Page{statusUnavailable, plain, []byte(stuck + "\n")}
		}
		return Page{statusOK, "text/plain; version=0.0.4; charset=utf-8", Text(m, r, mem)}
	case "/livez":
		return verdict("livez", query, []check{alive(r)})
	case "/readyz":
		return verdict("readyz", query, ready(r))
	}
	return Page{statusNotFound, plain, []byte("there are /metrics, /livez and /readyz; ?verbose names each check\n")}
}

// check is one thing that must hold, and how it stands.
type check struct {
	name, reason string
	ok           bool
	// only says that it is told and decides nothing.
	only bool
}

const stuck = "the core did not answer within 2 s"

func alive(r *core.Report) check {
	if r == nil {
		return check{name: "core", reason: stuck}
	}
	return check{name: "core", reason: "answers", ok: true}
}

// ready lists what must hold before clients are served.
func ready(r *core.Report) []check {
	list := []check{alive(r)}
	if r == nil {
		return list
	}
	list = append(list,
		check{name: "broker", reason: r.Phase, ok: r.Serving && !r.Stopping},
		check{name: "metadata", reason: "taken in up to " + itoa(int64(r.Image)) + ", committed below " + itoa(int64(r.MetadataHigh)),
			ok: r.Image+1 >= r.MetadataHigh, only: r.Serving},
		check{name: "logs", reason: itoa(int64(r.Opening)) + " to be opened", ok: r.Opening == 0},
	)
	for i := range r.Dirs {
		c := check{name: "log directory " + r.Dirs[i].Path, reason: "online", ok: true, only: true}
		if r.Dirs[i].Offline {
			c.reason, c.ok = "offline: its partitions are not served", false
		}
		list = append(list, c)
	}
	return list
}

// verdict is "ok" or what is not, and with ?verbose every check with its reason.
func verdict(name, query string, checks []check) Page {
	page := Page{Status: statusOK, Type: plain}
	for _, c := range checks {
		if !c.ok && !c.only {
			page.Status = statusUnavailable
		}
	}
	verbose := query == "verbose" || strings.HasPrefix(query, "verbose=") || strings.HasPrefix(query, "verbose&")
	for _, c := range checks {
		sign := "[+]"
		if !c.ok {
			sign = "[-]"
		}
		if verbose || !c.ok && !c.only {
			page.Body = append(page.Body, sign+" "+c.name+": "+c.reason+"\n"...)
		}
	}
	switch {
	case page.Status != statusOK:
		page.Body = append(page.Body, name+" failed\n"...)
	case verbose:
		page.Body = append(page.Body, name+" passed\n"...)
	default:
		page.Body = append(page.Body, "ok\n"...)
	}
	return page
}

func itoa(v int64) string { return strconv.FormatInt(v, 10) }
