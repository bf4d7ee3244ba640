package session

import (
	"momus/core/image"
	"momus/core/kafka"
	"momus/core/msg"
	"momus/core/wire"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// DeleteTopics asks the controller to delete topics and answers when that is committed. From v6
// they may be named by id (KIP-516). With delete.topic.enable=false it is refused
// (TOPIC_DELETION_DISABLED; before v3 INVALID_REQUEST). Given twice, or both by name and by id, a
// topic is INVALID_REQUEST, answered once, and not deleted, as by Kafka; from v5 the answer says why. After the
// request's timeout all that it named is answered REQUEST_TIMED_OUT: it may yet be done, unless it gave no
// time at all.
var deleteTopicsAPI = api{key: wire.KeyDeleteTopics, min: 1, max: 6, start: (*Session).startDeleteTopics}

// deleteOp is a DeleteTopics under way: the topics refused here.
type deleteOp struct {
	refused []deletion
}

// deletion is the result of one topic. Nameless says that its name is null.
type deletion struct {
	topic    msg.DeletedTopic
	nameless bool
}

// topicNamed is a topic as a request names it; both may be set, or none.
type topicNamed struct {
	ref   msg.TopicRef
	named bool
}

func (s *Session) startDeleteTopics(now kafka.Now, c *conn, req *wire.Request, v View) bool {
	body := req.Body.(*kmsg.DeleteTopicsRequest)
	tellsDisabled := req.Version >= 3
	d := &deleteOp{}
	var asked []msg.TopicRef
	switch {
	case !s.cfg.DeleteTopicEnable && tellsDisabled:
		d.refuseAll(body, kafka.ErrTopicDeletionDisabled)
	case !s.cfg.DeleteTopicEnable:
		d.refuseAll(body, kafka.ErrInvalidRequest)
	default:
		asked = d.sort(namedTopics(body), v.Image)
	}
	id, o := s.beginForward(c, req)
	o.delete = d
	if len(asked) == 0 {
		s.finish(id, o, d.response(o.version, nil))
		return true
	}
	strict := req.Version >= 5
	s.askWithin(now, id, o, body.TimeoutMillis, &msg.DeleteTopics{Op: id, Topics: asked, Quota: mutationQuota(req, strict)})
	return true
}

// namedTopics are the topics as they were named.
func namedTopics(body *kmsg.DeleteTopicsRequest) []topicNamed {
	var list []topicNamed
	for _, name := range body.TopicNames {
		list = append(list, topicNamed{msg.TopicRef{Name: name}, true})
	}
	for i := range body.Topics {
		t := topicNamed{ref: msg.TopicRef{ID: body.Topics[i].TopicID}}
		if name := body.Topics[i].Topic; name != nil {
			t.named, t.ref.Name = true, *name
		}
		list = append(list, t)
	}
	return list
}

func (d *deleteOp) refuseAll(body *kmsg.DeleteTopicsRequest, err kafka.ErrorCode) {
	for _, t := range namedTopics(body) {
		d.refuse(t, err, "")
	}
}

func (d *deleteOp) refuse(t topicNamed, err kafka.ErrorCode, text string) {
	d.refused = append(d.refused, deletion{msg.DeletedTopic{Name: t.ref.Name, ID: t.ref.ID, Err: err, ErrText: text}, !t.named})
}

// sort refuses what makes no sense, and returns what may be asked for. What a name and an id stand for
// is looked up in the image: the controller judges once more.
func (d *deleteOp) sort(list []topicNamed, img *image.Image) []msg.TopicRef {
	times := make(map[topicNamed]int, len(list))
	for _, t := range list {
		times[t]++
	}
	byName := func(topic *image.Topic) topicNamed { return topicNamed{msg.TopicRef{Name: topic.Name}, true} }
	byID := func(topic *image.Topic) topicNamed { return topicNamed{ref: msg.TopicRef{ID: topic.ID}} }
	seen := make(map[topicNamed]bool, len(list))
	var asked []msg.TopicRef
	for _, t := range list {
		again := seen[t]
		seen[t] = true
		named, meant := img.TopicNamed(t.ref.Name), img.Topic(t.ref.ID)
		switch {
		case !t.named && t.ref.ID.IsZero():
			d.refuse(t, kafka.ErrInvalidRequest, "Neither topic name nor id were specified.")
		case t.named && !t.ref.ID.IsZero():
			d.refuse(t, kafka.ErrInvalidRequest, "You may not specify both topic name and topic id.")
		case again:
		case times[t] > 1 && t.named:
			d.refuse(t, kafka.ErrInvalidRequest, "Duplicate topic name.")
		case times[t] > 1:
			d.refuse(t, kafka.ErrInvalidRequest, "Duplicate topic id.")
		case t.named && named != nil && times[byID(named)] > 0:
			t.ref.ID = named.ID
			d.refuse(t, kafka.ErrInvalidRequest, mappedTwice)
		case !t.named && meant != nil && times[byName(meant)] == 1: // its name is refused for both
		case t.named && t.ref.Name == "":
			d.refuse(t, kafka.ErrUnknownTopicOrPartition, unknownTopicText)
		default:
			asked = append(asked, t.ref)
		}
	}
	return asked
}

const mappedTwice = "The provided topic name maps to an ID that was already supplied."

// deleted takes the controller's answer.
func (s *Session) deleted(now kafka.Now, r *msg.DeletedTopics) {
	if o := s.op(r.Op); o != nil {
		answer := o.delete.response(o.version, r.Topics)
		answer.ThrottleMillis = left(now, r.ThrottledUntil)
		s.finish(r.Op, o, answer)
	}
}

// deleteTimedOut tells of every topic of the request, also of those that were refused.
func (s *Session) deleteTimedOut(id msg.Op, o *op, body *kmsg.DeleteTopicsRequest) {
	all := &deleteOp{}
	all.refuseAll(body, kafka.ErrRequestTimedOut)
	s.finish(id, o, all.response(o.version, nil))
}

func (d *deleteOp) response(version kafka.APIVersion, topics []msg.DeletedTopic) *kmsg.DeleteTopicsResponse {
	r := kmsg.NewPtrDeleteTopicsResponse()
	r.Version = int16(version)
	nullable := version >= 6
	r.Topics = []kmsg.DeleteTopicsResponseTopic{}
	add := func(topic *msg.DeletedTopic, nameless bool) {
		t := kmsg.NewDeleteTopicsResponseTopic()
		t.TopicID, t.ErrorCode, t.ErrorMessage = topic.ID, int16(topic.Err), textOrNull(topic.ErrText)
		if !nameless || !nullable {
			t.Topic = &topic.Name
		}
		r.Topics = append(r.Topics, t)
	}
	for i := range topics {
		add(&topics[i], topics[i].Name == "")
	}
	for i := range d.refused {
		add(&d.refused[i].topic, d.refused[i].nameless)
	}
	return r
}
