package controller

import (
	"fmt"

	"momus/core/kafka"
	"momus/core/msg"
)

// notControllerText is what Kafka says with the code.
const notControllerText = "This is not the correct controller for this cluster."

// notController answers a request that reached a node whose controller is not active.
func notController(req msg.ControllerRequest) msg.ControllerReply {
	const code = kafka.ErrNotController
	switch r := req.(type) {
	case *msg.CreateTopics:
		reply := &msg.CreatedTopics{Op: r.Op}
		for _, t := range r.Topics {
			reply.Topics = append(reply.Topics, refusedTopic(t.Name, code, notControllerText))
		}
		return reply
	case *msg.DeleteTopics:
		reply := &msg.DeletedTopics{Op: r.Op}
		for _, t := range r.Topics {
			reply.Topics = append(reply.Topics, msg.DeletedTopic{Name: t.Name, ID: t.ID, Err: code, ErrText: notControllerText})
		}
		return reply
	case *msg.AlterConfigs:
		reply := &msg.AlteredConfigs{Op: r.Op}
		for range r.Resources {
			reply.Resources = append(reply.Resources, msg.AlteredResource{Err: code, ErrText: notControllerText})
		}
		return reply
	case *msg.CreatePartitions:
		reply := &msg.CreatedPartitions{Op: r.Op}
		for i := range r.Topics {
			reply.Topics = append(reply.Topics, msg.TopicResult{Name: r.Topics[i].Name, Err: code, ErrText: notControllerText})
		}
		return reply
	case *msg.ElectLeaders:
		return &msg.ElectedLeaders{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.AlterPartitionReassignments:
		return &msg.AlteredReassignments{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.UpdateFeatures:
		return &msg.UpdatedFeatures{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.UnregisterBroker:
		return &msg.UnregisteredBroker{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.AlterClientQuotas:
		return &msg.AlteredClientQuotas{Op: r.Op, Entries: refusedQuotas(r, code, notControllerText)}
	case *msg.AllocateProducerIDs:
		return &msg.AllocatedProducerIDs{Op: r.Op, Err: code, First: kafka.NoProducerID}
	case *msg.RegisterBroker:
		return &msg.RegisteredBroker{Op: r.Op, Err: code, Epoch: kafka.NoBrokerEpoch}
	case *msg.BrokerHeartbeat:
		return &msg.HeartbeatAnswer{Op: r.Op, Err: code}
	case *msg.AssignReplicasToDirs:
		return &msg.AssignedReplicas{Op: r.Op, Err: code}
	}
	panic(fmt.Sprintf("BUG: the controller was asked a %T", req))
}

// refused turns a reply that cannot be given any more into a refusal, of every result, as Kafka does. What was an
// error already cannot be told either, for it may have come of a record that is lost (seed 2768):
//
//  1. A deletion of a topic is appended, and not committed.
//  2. It is asked for again. There is no topic of that id any more, and the reply that says so waits for 1.
//  3. The controller resigns, and the next one begins without the record: the topic is there.
func refused(reply msg.ControllerReply) msg.ControllerReply {
	const code = kafka.ErrNotController
	switch r := reply.(type) {
	case *msg.CreatedTopics:
		for i, t := range r.Topics {
			r.Topics[i] = refusedTopic(t.Name, code, notControllerText)
		}
	case *msg.DeletedTopics:
		for i := range r.Topics {
			r.Topics[i].Err, r.Topics[i].ErrText = code, notControllerText
		}
	case *msg.AlteredConfigs:
		for i := range r.Resources {
			r.Resources[i].Err, r.Resources[i].ErrText = code, notControllerText
		}
	case *msg.CreatedPartitions:
		for i := range r.Topics {
			r.Topics[i].Err, r.Topics[i].ErrText = code, notControllerText
		}
	case *msg.ElectedLeaders:
		return &msg.ElectedLeaders{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.AlteredReassignments:
		return &msg.AlteredReassignments{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.UpdatedFeatures:
		return &msg.UpdatedFeatures{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.UnregisteredBroker:
		return &msg.UnregisteredBroker{Op: r.Op, Err: code, ErrText: notControllerText}
	case *msg.AlteredClientQuotas:
		for i := range r.Entries {
			r.Entries[i].Err, r.Entries[i].ErrText = code, notControllerText
		}
	case *msg.AllocatedProducerIDs:
		return &msg.AllocatedProducerIDs{Op: r.Op, Err: code, First: kafka.NoProducerID}
	case *msg.RegisteredBroker:
		return &msg.RegisteredBroker{Op: r.Op, Err: code, Epoch: kafka.NoBrokerEpoch}
	case *msg.HeartbeatAnswer:
		return &msg.HeartbeatAnswer{Op: r.Op, Err: code}
	case *msg.AssignedReplicas:
		return &msg.AssignedReplicas{Op: r.Op, Err: code}
	}
	return reply
}

func refusedTopic(name string, code kafka.ErrorCode, text string) msg.CreatedTopic {
	return msg.CreatedTopic{Name: name, Err: code, ErrText: text, Partitions: -1, Factor: -1}
}
