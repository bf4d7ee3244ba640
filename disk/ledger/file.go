package ledger

import (
	"errors"
	"fmt"
	"strings"

	"momus/disk"
)

// The names of files, as Kafka has them, but for those that begin with momus, which are ours.
const (
	metaProperties    = "meta.properties"
	bootstrapFile     = "bootstrap.checkpoint"
	metadataLogDir    = "__cluster_metadata-0"
	firstSnapshot     = "00000000000000000000-0000000000.checkpoint"
	snapshotSuffix    = ".checkpoint"
	partSuffix        = ".part"
	quorumState       = "quorum-state"
	recoveryFile      = "recovery-point-offset-checkpoint"
	logStartFile      = "log-start-offset-checkpoint"
	highWatermarkFile = "replication-offset-checkpoint"
	cleanerFile       = "cleaner-offset-checkpoint"
	cleanShutdown     = ".kafka_cleanshutdown"
	partitionMetadata = "partition.metadata"
	lockFile          = ".lock"
	bootFile          = "momus-boot"
	forgottenFile     = "momus-boot.forgotten"
	faultedFile       = "momus-faulted"
	acceptedFile      = "momus-accepted"
	temporarySuffix   = ".tmp"
)

// fileBytesMax bounds what is read into memory of one small file: the checkpoints of a million
// partitions fit.
const fileBytesMax = 64 << 20

// readFile reads a whole file; disk.ErrNotExist if there is none.
func readFile(fs disk.FS, path string) ([]byte, error) {
	data, err := readHead(fs, path, fileBytesMax+1)
	if len(data) > fileBytesMax {
		return nil, fmt.Errorf("%s: more than %d bytes are too many for this file", path, fileBytesMax)
	}
	return data, err
}

// readHead reads the first bytes of a file.
func readHead(fs disk.FS, path string, bytesMax int64) (data []byte, err error) {
	f, err := fs.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	return readAgreed(f, 0, min(size, bytesMax))
}

// readAgreed reads bytes of a file, from at on, until two readings agree of which one follows the other: most of
// these files have no checksum, and a disk may give a read the bytes of another place, once. A log start or a
// topic's id that was misread would cost a whole log, and a snapshot that was misread would be given up as damaged.
// Two readings with a third between them may have gone to the same wrong place: of one, a right one and one more the
// two wrong ones agreed, and the quorum state was no JSON (seed 455).
func readAgreed(f disk.File, at, bytes int64) ([]byte, error) {
	var last []byte
	for i := range readingsMax {
		data := make([]byte, bytes)
		n, err := f.ReadAt(data, at)
		data = data[:n]
		if err != nil || i > 0 && string(data) == string(last) {
			return data, err
		}
		last = data
	}
	return nil, fmt.Errorf("%w: it reads differently each time", disk.ErrIO)
}

// readingsMax is how often a file is read at most: two readings go astray, neither after the other, and two are left.
const readingsMax = 6

// replaceCalls is how many calls replaceFile makes.
const replaceCalls = 5

// replaceFile writes data aside and renames it into place. The directory is still to be synced.
func replaceFile(fs disk.FS, dir, name string, data []byte) error {
	path := dir + "/" + name
	f, err := fs.Create(path + temporarySuffix)
	if err != nil {
		return err
	}
	if err = f.WriteAt(data, 0); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return fs.Rename(path+temporarySuffix, path)
}

// saveFile is replaceFile, made durable.
func saveFile(fs disk.FS, dir, name string, data []byte) error {
	if err := replaceFile(fs, dir, name, data); err != nil {
		return err
	}
	return fs.SyncDir(dir)
}

// makeDir makes a directory and its missing parents, durable up to the parent that was there. The
// nearest parent is synced even if nothing is missing: a process that made the directory may have
// died before it synced.
func makeDir(fs disk.FS, path string) error {
	parents := []string{parent(path)} // from the innermost
	for at := path; ; {
		_, err := fs.ReadDir(at)
		if err == nil {
			break
		}
		if !errors.Is(err, disk.ErrNotExist) {
			return err
		}
		up := parent(at)
		if up == at {
			return err
		}
		if at != path {
			parents = append(parents, up)
		}
		at = up
	}
	if err := fs.MkdirAll(path); err != nil {
		return err
	}
	for _, dir := range parents {
		if err := fs.SyncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// parent is the directory that holds the last component of a path.
func parent(path string) string {
	path = strings.TrimRight(path, "/")
	at := strings.LastIndexByte(path, '/')
	switch {
	case at > 0:
		return path[:at]
	case at == 0, path == "":
		return "/"
	}
	return "."
}
