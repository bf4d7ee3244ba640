package ledger

import (
	"errors"

	"momus/core/port"
	"momus/disk"
)

// partCalls is how many calls a part of a snapshot takes: those of replaceFile, one for the end of
// the directory's sync.
const partCalls = replaceCalls + 1

// writeSnapshot writes a part of a snapshot aside. The last one makes it whole: what has its name
// was synced before (KIP-630; Kafka's FileRawSnapshotWriter.freeze).
func writeSnapshot(fs disk.FS, dir string, p *port.SnapshotPart) error {
	path := dir + "/" + p.ID.String() + snapshotSuffix
	open := fs.Open
	if p.At == 0 {
		open = fs.Create
	}
	f, err := open(path + partSuffix)
	if err != nil {
		return err
	}
	err = f.WriteAt(p.Data, p.At)
	if err == nil && p.Last {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil || !p.Last {
		return err
	}
	if err := fs.Rename(path+partSuffix, path); err != nil {
		return err
	}
	return fs.SyncDir(dir)
}

// loadCalls is how many calls loadSnapshot makes at most.
const loadCalls = 3 + readingsMax

// loadSnapshot reads a part of a snapshot, as all small files are read (readAgreed), although it has
// checksums. Without that (seeds 552, 898, 2303 of the simulator):
//
//  1. boot reads of snapshot 0-0, the only one of a new node, who the voters are,
//  2. the load of it is given the bytes of another place, so it is passed over as damaged, and the log
//     from its beginning stands in for it, which says nothing of voters,
//  3. the next snapshot names none either, and takes the place of the one that was only misread,
//  4. no start finds voters any more.
func loadSnapshot(fs disk.FS, dir string, p *port.SnapshotPart) (data []byte, err error) {
	f, err := fs.Open(dir + "/" + p.ID.String() + snapshotSuffix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return readAgreed(f, p.At, max(min(size-p.At, int64(p.BytesMax)), 0))
}

// removeSnapshot removes a snapshot, or what was to become one.
func removeSnapshot(fs disk.FS, dir string, p *port.SnapshotPart) error {
	name := p.Name
	if name == "" {
		name = p.ID.String() + snapshotSuffix
	}
	return remove(fs, dir, name)
}
