package metrics

import (
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"momus/core"
	"momus/core/group"
	"momus/core/kafka"
	"momus/core/replica"
	"momus/core/wire"

	"github.com/google/go-cmp/cmp"
)

var rewrite = flag.Bool("rewrite", false, "rewrite testdata")

func meter() *Meter {
	m := &Meter{Lock: &sync.Mutex{}}
	m.Opened()
	m.Opened()
	m.Closed()
	m.Note(core.NoteFlushed)
	m.Add([]Timing{
		{Key: wire.KeyProduce, Took: [phases]kafka.Nanos{Queue: 90 * kafka.Microsecond, Throttle: kafka.Second}},
		{Key: wire.KeyProduce, Took: [phases]kafka.Nanos{Queue: 100 * kafka.Microsecond, Local: kafka.Millisecond}},
		{Key: wire.KeyProduce, Took: [phases]kafka.Nanos{Queue: 40 * kafka.Second, Remote: kafka.Second, ResponseQueue: 7 * kafka.Millisecond}},
		{Key: wire.KeyProduce, Sent: true, Took: [phases]kafka.Nanos{Send: 3 * kafka.Millisecond}},
	}, 100, 2000)
	return m
}

func report() *core.Report {
	return &core.Report{
		Phase: "running", Serving: true, ActiveController: true, MetadataEpoch: 3,
		MetadataEnd: 20, MetadataHigh: 19, Image: 18, Topics: 2, Partitions: 3,
		Connections: 1, Requests: 4, Parked: 2, FetchSessions: 1,
		Groups: group.Report{Loading: 1, Active: 2, Offsets: 7, Groups: []group.Count{{Type: "classic", State: "Empty", Groups: 3}, {Type: "classic", State: "Stable", Groups: 1}}},
		Lags: []core.LagReport{
			{Group: "g", Topic: "t", Records: 3, Age: 1500 * kafka.Millisecond},
			{Group: "g", Topic: "t", Partition: 1, Records: 4, Age: -1},
			{Group: `h "1"`, Topic: "t"},
			{Group: "restored", Topic: "t", Records: 9, Age: -1},
		},
		LagsUntold: 2,
		Dirs:       []core.DirReport{{Path: "/a"}, {Path: `/b "c"\d`, Offline: true}},
		Logs: []core.LogReport{
			{Topic: "t", Role: replica.RoleLeader, Start: 5, High: 7, End: 8, Bytes: 4096, Segments: 2, Producers: 3},
			{Topic: "t", Partition: 1, Role: replica.RoleOffline},
		},
	}
}

func TestMetricsAreToldInPrometheusText(t *testing.T) {
	page := Answer("/metrics", "", meter(), report(), Memory{1, 2, 3, 4})
	const golden = "testdata/metrics.txt"
	if *rewrite {
		if err := os.WriteFile(golden, page.Body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(page.Body)); diff != "" {
		t.Errorf("it (+) is not %s (-); -rewrite makes it so:\n%s", golden, diff)
	}
	if page.Status != 200 || !strings.HasPrefix(page.Type, "text/plain; version=0.0.4") {
		t.Errorf("%d, %s", page.Status, page.Type)
	}
}

func TestAnswersAreCountedByAPI(t *testing.T) {
	m := meter()
	if p, f := m.Requests(wire.KeyProduce), m.Requests(wire.KeyFetch); p != 3 || f != 0 {
		t.Errorf("%d produces, %d fetches", p, f)
	}
}

func TestReadinessNamesWhatIsMissing(t *testing.T) {
	serving, starting, behind, stopping := report(), report(), report(), report()
	starting.Serving, starting.Phase, starting.Opening = false, "catching up", 7
	behind.Serving, behind.Image = false, 3
	stopping.Stopping, stopping.Phase = true, "closing"
	for _, c := range []struct {
		name, path, query string
		report            *core.Report
		status            int
		want              string
	}{
		{"serving", "/readyz", "", serving, 200, "ok\n"},
		{"serving, in words", "/readyz", "verbose", serving, 200, `[+] core: answers
[+] broker: running
[+] metadata: taken in up to 18, committed below 19
[+] logs: 0 to be opened
[+] log directory /a: online
[-] log directory /b "c"\d: offline: its partitions are not served
readyz passed
`},
		{"starting", "/readyz", "", starting, 503, "[-] broker: catching up\n[-] logs: 7 to be opened\nreadyz failed\n"},
		{"behind", "/readyz", "", behind, 503, "[-] broker: running\n[-] metadata: taken in up to 3, committed below 19\nreadyz failed\n"},
		{"stopping", "/readyz", "", stopping, 503, "[-] broker: closing\nreadyz failed\n"},
		{"stuck", "/readyz", "", nil, 503, "[-] core: the core did not answer within 2 s\nreadyz failed\n"},
		{"alive", "/livez", "", starting, 200, "ok\n"},
		{"dead", "/livez", "verbose=1", nil, 503, "[-] core: the core did not answer within 2 s\nlivez failed\n"},
		{"without figures", "/metrics", "", nil, 503, "the core did not answer within 2 s\n"},
		{"elsewhere", "/", "", serving, 404, "there are /metrics, /livez and /readyz; ?verbose names each check\n"},
	} {
		page := Answer(c.path, c.query, meter(), c.report, Memory{})
		if page.Status != c.status || string(page.Body) != c.want {
			t.Errorf("%s: %d\n%s", c.name, page.Status, page.Body)
		}
	}
}
