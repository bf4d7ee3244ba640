package simdisk

import "bytes"

// Stray is a read that went astray: for the bytes of a file from From on it was given those in Got.
type Stray struct {
	Path string
	// Data are the whole contents of the file, right ones. They belong to the disk.
	Data []byte
	From int64
	Got  []byte
}

// StrayWhere says of which reads that went astray anybody could tell; of the others, none do. It is also
// how the world learns of them.
func (d *Disk) StrayWhere(shows func(Stray) bool) { d.shows = shows }

// stray draws whether a read, of the bytes in p from off on, goes astray. It happens once: whoever reads a
// sector again right away is given what is there.
func (d *Disk) stray(n *inode, p []byte, off int64) {
	key := d.keys[opRead].stray
	if !d.strikes(key, d.faults.ReadStray) {
		return
	}
	first, last := off/sector, (off+int64(len(p))-1)/sector
	at := (first + int64(d.env.Draw(key, uint64(last-first+1)))) * sector
	if n.astray == at+1 {
		n.astray = 0
		return
	}
	from := max(at, off)
	meant := p[from-off : min(at+sector, off+int64(len(p)))-off]
	got := d.elsewhere(key, n, at)[from-at:][:len(meant)]
	if bytes.Equal(got, meant) || d.shows != nil && !d.shows(Stray{n.label, n.data, from, got}) {
		return
	}
	d.bites.StrayReads++
	d.troubled(n.label)
	n.astray = at + 1
	copy(meant, got)
}

// elsewhere is a sector of the same file or of another one; what is behind the end of a file are zeros.
func (d *Disk) elsewhere(key string, n *inode, at int64) []byte {
	from := n
	if d.env.Draw(key, 2) == 1 {
		var all []*inode
		d.eachFile(func(string) bool { return true }, func(_ string, f *inode) { all = append(all, f) })
		if len(all) > 0 {
			from = all[d.env.Draw(key, uint64(len(all)))]
		}
		at = -1
	}
	sectors := (int64(len(from.data)) + sector - 1) / sector
	place := int64(0)
	if sectors > 0 {
		place = int64(d.env.Draw(key, uint64(sectors))) * sector
	}
	if place == at {
		place += sector
	}
	b := make([]byte, sector)
	if place < int64(len(from.data)) {
		copy(b, from.data[place:])
	}
	return b
}
