package clients

import (
	"momus/checker"
	"momus/core/kafka"
)

// refusedMax is how long a partition may be refused, show nothing, or have no leader. By then all faults are over, so
// that it will not come back by itself. Nor will others of the same broker, in the same life of it: where one took so
// long, refusedToo is enough (seeds 26526 and 28074, where a disk that lied spoiled all of ten partitions).
const (
	refusedMax = 10 * second
	refusedToo = second
)

// outlasted tells whether a partition was read in vain for long enough.
func (r *Reader) outlasted(since int64) bool {
	enough := refusedMax
	if r.inVain {
		enough = refusedToo
	}
	over := r.env.Now() >= since+enough
	r.inVain = r.inVain || over
	return over
}

// showsNothing tells whether a partition has answered for refusedMax as if there were nothing up to its end. No record
// need be at the offsets before the end of a log that may lack offsets, and a consumer waits there for the next one:
//
//  1. a log was compacted once, so that its line is in cleaner-offset-checkpoint,
//  2. recovery cuts its newest segment, which stays, and is empty,
//  3. a power loss takes all of the segment before it, which the disk had said was synced (seed 8159).
func (r *Reader) showsNothing(p *part, highWatermark kafka.Offset) bool {
	switch {
	case highWatermark < p.read.End:
		p.emptyAt = 0
	case p.emptyAt == 0:
		p.emptyAt = r.env.Now()
	default:
		return r.outlasted(p.emptyAt)
	}
	return false
}

// refused gives a partition up that has been refused for so long that it is offline.
func (r *Reader) refused(p *part, err kafka.ErrorCode) bool {
	switch {
	case err != kafka.ErrKafkaStorageError:
		p.refusedAt = 0
	case p.refusedAt == 0:
		p.refusedAt = r.env.Now()
	case r.outlasted(p.refusedAt):
		r.giveUp(p, checker.Damaged{Offset: p.next, Err: err})
		return true
	}
	return false
}

// giveUp leaves a partition unread.
func (r *Reader) giveUp(p *part, why checker.Damaged) {
	why.Client, why.Topic, why.ID, why.Partition = r.id, p.read.Topic, p.read.ID, p.read.Partition
	r.damaged(why)
	p.phase = phaseDone
}
