package sim

import (
	"testing"

	"momus/core/kafka"
	"momus/core/record"
	"momus/sim/simdisk"
)

// sized makes a batch of so many bytes at a base offset.
func sized(t *testing.T, base kafka.Offset, records, size int) []byte {
	t.Helper()
	for n := range size {
		b := record.NewBuilder(0, 0)
		for i := range records {
			b.Add(kafka.Wall(i), []byte("k"), make([]byte, n))
		}
		if batch := b.Append(nil); len(batch) == size {
			record.Stamp(batch, base, 0)
			return batch
		}
	}
	t.Fatalf("no batch of %d records has %d bytes", records, size)
	return nil
}

// TestASectorDoesNotGoWhereItMakesASoundBatch: two batches begin right before a sector, with their base offsets, which
// no checksum covers, before it and all else in it. The second one's sector in the place of the first one's is a sound
// batch there, at the offset of the first, and longer.
func TestASectorDoesNotGoWhereItMakesASoundBatch(t *testing.T) {
	const sector = simdisk.SectorSize
	var data []byte
	for _, b := range []struct {
		records, size int
	}{{1, sector - 8}, {1, 100}, {1, sector - 100}, {2, 301}, {1, sector - 293}, {1, sector}} {
		data = append(data, sized(t, kafka.Offset(len(batchesOf(data))), b.records, b.size)...)
	}
	all := batchesOf(data)
	if len(all) != 6 || all[1].at != sector-8 || all[3].at != 2*sector-8 {
		t.Fatalf("%+v", all)
	}
	if hurt := strays(data, 2*sector, sector, all); hurt != nil {
		t.Errorf("nobody can tell that it went astray, and it hurts %+v", hurt)
	}
	if hurt := strays(data, 3*sector, 2*sector, all); len(hurt) == 0 {
		t.Error("where it makes no sound batch a sector may go")
	}
}
