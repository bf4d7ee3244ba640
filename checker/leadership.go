package checker

import "momus/core/kafka"

// Leaderships are what the world did to the leadership of partitions beside crashes.
type Leaderships struct {
	// Depositions are the attempts to take the leadership of all partitions away from a broker that runs.
	Depositions []Deposition
	// Terms are when a process began to lead a partition, under a new epoch.
	Terms []Term
}

// Term is the begin of a leadership.
type Term struct {
	Event Event
	Log   kafka.TopicPartition
}

// Deposition is one UnregisterBroker for a broker that runs, which comes back by itself.
type Deposition struct {
	Client   int32
	Node     int32
	Start    Event
	End      Event
	Answered bool
	Err      kafka.ErrorCode
}

func (j *judge) countDepositions() {
	for i := range j.h.Depositions {
		if op := &j.h.Depositions[i]; op.Answered && op.Err == kafka.None {
			j.report.Depositions++
		}
	}
}
