package simdisk

import "slices"

// Claim is a file of which a Sync claimed to have made something durable, and lied.
type Claim struct {
	Path string
	// Data are the contents before whatever comes. They are the caller's.
	Data []byte
	// Parts are the ranges of bytes that were claimed, in no order; they may overlap.
	Parts []Part
	// Cut says that a truncation was claimed: what was cut off may be back.
	Cut  bool
	node *inode
}

// Part is a range of a file's bytes; End is exclusive.
type Part struct{ From, End int64 }

// Claims lists the files that want accepts and of which a power loss at this moment may take what a Sync
// had claimed: in the order of their paths, and then those that were replaced or removed, which it may
// bring back.
func (d *Disk) Claims(want func(path string) bool) []Claim {
	var list []Claim
	now := d.env.Now()
	look := func(path string, n *inode) {
		c := Claim{Path: path, node: n}
		for i := range n.pending {
			e := &n.pending[i]
			switch claimed := e.claimedAt != 0 && e.claimedAt <= now && !e.durable(now); {
			case claimed && e.size:
				c.Cut = true
			case claimed:
				c.Parts = append(c.Parts, Part{e.off, e.off + int64(len(e.data))})
			}
		}
		if len(c.Parts) > 0 || c.Cut {
			c.Data = append([]byte(nil), n.data...)
			list = append(list, c)
		}
	}
	d.eachFile(want, look)
	for _, e := range d.names {
		for _, n := range [...]*inode{e.node, e.replaced} {
			seen := func(c Claim) bool { return c.node == n }
			if n != nil && !n.dir && n.links == 0 && want(n.label) && !slices.ContainsFunc(list, seen) {
				look(n.label, n)
			}
		}
	}
	return list
}

// Gone tells that the file has no name any more.
func (c *Claim) Gone() bool { return c.node.links == 0 }

// Left is what the file holds now, under whatever name. The bytes belong to the disk.
func (c *Claim) Left() []byte { return c.node.data }

// Covers tells whether a part of the range was claimed.
func (c *Claim) Covers(from, end int64) bool {
	for _, p := range c.Parts {
		if p.From < end && from < p.End {
			return true
		}
	}
	return false
}
