package core

import "testing"

func TestATableHasRoomForAllKeysOrForAsManyAsMayBe(t *testing.T) {
	for _, c := range []struct{ bytes, load, offsets, keys, slots int64 }{
		{128 << 20, 900_000_000, 1000, 1000, 1112},
		{128 << 20, 900_000_000, 1 << 40, 5_033_164, 5_592_405},
		{240, 900_000_000, 1000, 9, 10},
		{240, 1_000_000_000, 9, 9, 10},
		{1, 10_000_000, 0, 1, 2},
	} {
		keys, slots := keysOf(c.bytes, c.load, c.offsets)
		if keys != c.keys || slots != c.slots {
			t.Errorf("%+v: %d keys in %d places", c, keys, slots)
		}
	}
}
