package seglog

import (
	"testing"

	"momus/core/port"
)

// benchmarkOpen opens a log of 160 MB in ten segments on the real file system.
func benchmarkOpen(b *testing.B, change func(*port.OpenSpec)) {
	p := &producing{rig: diskRig(b, func(r *rig) { r.spec.IndexIntervalBytes = 4096 })}
	p.produce(10_000, 1000, 16_000)
	p.close()
	change(&p.spec)
	for b.Loop() {
		_, bytes := p.reopened()
		b.ReportMetric(float64(bytes), "bytes/open")
	}
}

func BenchmarkOpenAfterACleanStop(b *testing.B) { benchmarkOpen(b, func(*port.OpenSpec) {}) }

func BenchmarkOpenAfterAKill(b *testing.B) {
	benchmarkOpen(b, func(s *port.OpenSpec) { s.StopWasClean = false })
}

func BenchmarkOpenAll(b *testing.B) {
	benchmarkOpen(b, func(s *port.OpenSpec) { s.StopWasClean, s.AcceptLoss = false, true })
}
