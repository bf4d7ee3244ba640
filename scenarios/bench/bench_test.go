package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestTheSummaryTellsMediansAndRatios(t *testing.T) {
	write := func(name string, costs ...float64) string {
		path := filepath.Join(t.TempDir(), name)
		var text strings.Builder
		for _, c := range costs {
			text.WriteString(`{"workload":"produce-1k","server_cpu_s_per_gb":` + strconv.FormatFloat(c, 'g', -1, 64) + "}\n")
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var out strings.Builder
	if err := summary(&out, []string{write("ours", 9, 1, 2), write("kafka", 4, 4)}); err != nil {
		t.Fatal(err)
	}
	want := "FIGURE bench: server CPU to produce 1 KiB records: 2 s/GB; Kafka 4; ratio 0.50 (to reach: 1x)\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestPercentilesAreTakenFromAllDurations(t *testing.T) {
	var d durations
	for i := range 1000 {
		d = append(d, time.Duration(1000-i)*time.Millisecond)
	}
	got := map[string]float64{}
	d.report(got, "")
	for name, want := range map[string]float64{"p50_ms": 501, "p99_ms": 991, "p999_ms": 1000, "max_ms": 1000} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

func TestProcTellsOfThisProcess(t *testing.T) {
	if age, err := ageOf("self"); err != nil || age < 0 || age > time.Hour {
		t.Errorf("age %v, %v", age, err)
	}
	if mb, err := residentOf("self"); err != nil || mb < 1 {
		t.Errorf("resident %v MB, %v", mb, err)
	}
	if cpu, err := cpuOf("self"); err != nil || cpu < 0 {
		t.Errorf("CPU %v, %v", cpu, err)
	}
}

func TestValuesStayInsideTheNoise(t *testing.T) {
	l := &load{size: 1024}
	for i := 0; i < 20_000; i += 997 {
		if v := l.value(i); len(v) != 1024 || cap(v) != 1024 {
			t.Fatalf("value %d has %d bytes and room for %d", i, len(v), cap(v))
		}
	}
}
