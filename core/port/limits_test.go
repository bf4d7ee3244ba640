package port

import "testing"

func TestLimitsFitTheProcess(t *testing.T) {
	for _, c := range []struct {
		files              uint64
		segments, connects int32
	}{{1 << 63, 32768, 24576}, {20000, 19744, 14808}, {1024, 768, 576}, {64, 256, 256}} {
		got := DefaultLimits().Within(c.files)
		if got.OpenFiles != c.segments || got.Connections != c.connects {
			t.Errorf("of %d files segments may hold %d and connections %d", c.files, got.OpenFiles, got.Connections)
		}
	}
}
