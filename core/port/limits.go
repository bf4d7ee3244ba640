package port

// Limits names every bound on a queue, buffer, waiter set or budget, in one place, so that
// back-pressure follows from them. The simulator draws small ones per seed; production uses
// TailBytes is how much of the buffers' budget the tails of logs may take: what TailCacheBytes says, and so much that a
// quarter is left for requests. What the tails have is not given back for want of it: with none left no request would
// come in any more (seed 65669).
func (l *Limits) TailBytes() int64 { return min(l.TailCacheBytes, l.BufferBytes-l.BufferBytes/4) }

// DefaultLimits.
//
//canon:gen
type Limits struct {
	// RequestsPerConn bounds the requests of one connection between arrival and answer; beyond it
	// the connection is not read.
	RequestsPerConn int32
	// ReadAheadBytes is the slab that a readable connection borrows.
	ReadAheadBytes int32
	// BufferBytes is the budget of request bodies in flight, broker-wide.
	BufferBytes int64
	// TailCacheBytes is the budget of log tails kept in memory, broker-wide.
	TailCacheBytes int64
	// OpenFiles bounds the files held open for segments, together with the connections, broker-wide; the
	// segment that was idle longest goes first. A quarter of it is the segments' in any case.
	OpenFiles int32
	// Connections bounds the connections open at once; one more is closed at once.
	Connections int32
	// TurnCalls and TurnBytes bound the I/O of one disk turn, beyond the operation under way.
	TurnCalls int32
	TurnBytes int64
	// EventsPerDrain bounds the events that one holder of the core steps before it hands over.
	EventsPerDrain int32
	// FetchWaiters bounds the fetches parked at once; one more is answered at once.
	FetchWaiters int32
	// MetadataReadBytes is how much of the metadata log one replay read takes.
	MetadataReadBytes int32
	// CoordinatorReadBytes is how much of its log a coordinator's load reads and takes in at a time.
	CoordinatorReadBytes int32
	// SnapshotPartBytes is how much of a snapshot of the metadata log one turn writes or reads, but for
	// a record that is larger.
	SnapshotPartBytes int32
	// AppendQueueBytes bounds what is assigned but not yet written in one log; beyond it produce
	// waits in its connection.
	AppendQueueBytes int64
	// DecompressedBytes bounds what the batches of one Produce request may hold together once they
	// are decompressed.
	DecompressedBytes int32
	// RecordErrors bounds the records of a refused batch that the answer names.
	RecordErrors int32
	// Workspaces is how many connections may have batches decompressed at the same time; the next
	// one waits for as long as that takes.
	Workspaces int32
	// RefillBytes is how much of a log before a producer snapshot is looked through at its opening for
	// the batches that the file does not hold, of each producer all but the last. A producer whose
	// batches lie further apart is known by fewer than five, and may be told
	// OUT_OF_ORDER_SEQUENCE_NUMBER for a repetition.
	RefillBytes int64
	// DiskWorkers is W: the workers that the logs are spread over. While one syncs, appends to its
	// other logs wait; syncs of several run side by side, which a file system makes cheaper for all.
	DiskWorkers int32
	// QuotaMeters bounds how many clients under quotas are measured at once; beyond it the one that was not
	// heard of for the longest time is forgotten.
	QuotaMeters int32
	// RemovedLogs bounds the deleted logs whose files wait for log.segment.delete.delay.ms; beyond it
	// the one that has waited longest goes at once.
	RemovedLogs int32
	// PendingMembers bounds the member ids of a group that were given out and not come back with yet (KIP-394); beyond
	// it the oldest is forgotten.
	PendingMembers int32
	// PreferredDirs bounds the partitions that are not here yet of which it is remembered in which log
	// directory they are to be.
	PreferredDirs int32
}

// DefaultLimits is what production runs with.
func DefaultLimits() Limits {
	return Limits{
		RequestsPerConn:      128,
		ReadAheadBytes:       16 << 10,
		BufferBytes:          256 << 20,
		TailCacheBytes:       64 << 20,
		OpenFiles:            32768,
		Connections:          24576,
		TurnCalls:            512,
		TurnBytes:            16 << 20,
		EventsPerDrain:       1024,
		FetchWaiters:         65536,
		MetadataReadBytes:    1 << 20,
		CoordinatorReadBytes: 256 << 10,
		SnapshotPartBytes:    256 << 10,
		AppendQueueBytes:     64 << 20,
		DecompressedBytes:    64 << 20,
		RecordErrors:         1000,
		Workspaces:           4,
		RefillBytes:          1 << 20,
		DiskWorkers:          8,
		QuotaMeters:          65536,
		RemovedLogs:          16384,
		PendingMembers:       5000,
		PreferredDirs:        16384,
	}
}

// ArrivalsMax bounds what a log remembers of when its records came, and OpenedTimesMax what it learns of that from
// its time index when it is opened: their ages are then less exact.
const (
	ArrivalsMax    = 96
	OpenedTimesMax = 64
)

// LagsMax bounds the committed offsets of which a report tells how far their group is behind. Groups that have more
// than is left of it are counted only.
const LagsMax = 10000

// sparedFiles are those that no limit here counts: locks, listeners, the poller, small files while
// they are written, and segments beyond the limit that somebody reads.
const sparedFiles = 256

// Within fits the limits to a process that may have so many files open. A connection too many is
// closed; a segment too many would cost its log.
func (l Limits) Within(files uint64) Limits {
	l.OpenFiles = int32(min(uint64(l.OpenFiles), max(files, 2*sparedFiles)-sparedFiles))
	l.Connections = min(l.Connections, max(l.OpenFiles/4*3, sparedFiles))
	return l
}
