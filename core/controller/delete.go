package controller

import (
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/record"
)

// deleteTopics removes topics by name or id. What is asked for twice, in whatever way, is refused
// and not deleted, with Kafka's words for each way.
func (m *Controller) deleteTopics(now kafka.Now, r *msg.DeleteTopics) decision {
	d := decision{}
	reply := &msg.DeletedTopics{Op: r.Op}
	names, ids := map[string]int{}, map[kafka.TopicID]int{}
	for _, ref := range r.Topics {
		if ref.ID.IsZero() {
			names[ref.Name]++
		} else {
			ids[ref.ID]++
		}
	}
	permits := m.permits(now, r.Quota)
	for _, ref := range r.Topics {
		t := m.deletion(ref, names, ids)
		if t.Err == kafka.None {
			if bad := permits.take(len(m.img.TopicNamed(t.Name).Partitions)); bad.code != kafka.None {
				t = msg.DeletedTopic{Name: ref.Name, ID: ref.ID, Err: bad.code, ErrText: bad.text}
			}
		}
		if t.Err == kafka.None {
			d.records = append(d.records, &record.RemoveTopicRecord{TopicID: t.ID})
		}
		reply.Topics = append(reply.Topics, t)
	}
	reply.ThrottledUntil = permits.until()
	d.reply = reply
	return d
}

// deletion decides on one topic; names and ids count how often each is asked for.
func (m *Controller) deletion(ref msg.TopicRef, names map[string]int, ids map[kafka.TopicID]int) msg.DeletedTopic {
	refuse := func(code kafka.ErrorCode, text string) msg.DeletedTopic {
		return msg.DeletedTopic{Name: ref.Name, ID: ref.ID, Err: code, ErrText: text}
	}
	byName, byID := ref.Name != "", !ref.ID.IsZero()
	switch {
	case !m.cfg.DeleteTopicEnable:
		return refuse(kafka.ErrTopicDeletionDisabled, "Topic deletion is disabled.")
	case byName && byID:
		return refuse(kafka.ErrInvalidRequest, "You may not specify both topic name and topic id.")
	case byID && ids[ref.ID] > 1:
		return refuse(kafka.ErrInvalidRequest, "Duplicate topic id.")
	case !byID && names[ref.Name] > 1:
		return refuse(kafka.ErrInvalidRequest, "Duplicate topic name.")
	case byID:
		t := m.img.Topic(ref.ID)
		if t == nil {
			return refuse(kafka.ErrUnknownTopicID, "This server does not host this topic ID.")
		}
		if names[t.Name] > 0 {
			return refuse(kafka.ErrInvalidRequest, mappedTwice)
		}
		return msg.DeletedTopic{Name: t.Name, ID: t.ID}
	}
	t := m.img.TopicNamed(ref.Name)
	if t == nil {
		return refuse(kafka.ErrUnknownTopicOrPartition, "This server does not host this topic-partition.")
	}
	if ids[t.ID] > 0 {
		return refuse(kafka.ErrInvalidRequest, mappedTwice)
	}
	return msg.DeletedTopic{Name: t.Name, ID: t.ID}
}

const mappedTwice = "The provided topic name maps to an ID that was already supplied."
