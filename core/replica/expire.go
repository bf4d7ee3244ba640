package replica

import "momus/core/kafka"

// expiryCheck is how often producers are looked through at most
// (producer.id.expiration.check.interval.ms).
const expiryCheck kafka.Millis = 600_000

// scheduleExpiry sets the timer while there are producers to forget.
func (r *Replica) scheduleExpiry(now kafka.Now) {
	if r.expireAt == 0 && len(r.fold.Producers) > 0 {
		r.expireAt = now.Mono.Add(min(expiryCheck, max(r.options.ProducerIDExpiration, 1)).Nanos())
	}
}

// ExpireProducersAfter takes a changed producer.id.expiration.ms.
func (r *Replica) ExpireProducersAfter(idle kafka.Millis) { r.options.ProducerIDExpiration = idle }

// expireProducers forgets producers that have been idle for producer.id.expiration.ms by the wall
// clock. A clock that is wrong costs the memory of duplicates, which the note tells, and no record.
func (r *Replica) expireProducers(now kafka.Now) {
	r.expireAt = 0
	for _, id := range r.fold.Expire(now.Wall, r.options.ProducerIDExpiration) {
		r.note(Note{Kind: NoteProducerExpired, Producer: id})
	}
	r.scheduleExpiry(now)
}
