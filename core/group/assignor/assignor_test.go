package assignor

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"momus/core/kafka"
)

func topic(n int) kafka.TopicID { return kafka.TopicID{14: byte(n), 15: 1} }

// drawSpec draws a group that has a past: its targets are those of an earlier, different group.
func drawSpec(t *rapid.T, same bool) *Spec {
	s := &Spec{}
	for i := range rapid.IntRange(1, 5).Draw(t, "topics") {
		s.Topics = append(s.Topics, Topic{topic(i), rapid.Int32Range(1, 12).Draw(t, "partitions")})
	}
	all := func() []kafka.TopicID {
		var ids []kafka.TopicID
		for _, of := range s.Topics {
			if rapid.IntRange(0, 3).Draw(t, "subscribes") > 0 {
				ids = append(ids, of.ID)
			}
		}
		return ids
	}
	shared := all()
	for i := range rapid.IntRange(1, 9).Draw(t, "members") {
		m := Member{ID: fmt.Sprintf("m%02d", i), Topics: shared}
		if !same {
			m.Topics = all()
		}
		if rapid.IntRange(0, 3).Draw(t, "static") == 0 {
			instance := fmt.Sprintf("i%02d", 20-i)
			m.Instance = &instance
		}
		s.Members = append(s.Members, m)
	}
	past := func(t *rapid.T) {
		for i, a := range (&Spec{s.Members, s.Topics}).assignments(drawOwners(t, s)) {
			s.Members[i].Target = a
		}
	}
	past(t)
	return s
}

func drawOwners(t *rapid.T, s *Spec) owners {
	o := make(owners, len(s.Topics))
	for i := range o {
		for range s.Topics[i].Partitions + rapid.Int32Range(0, 1).Draw(t, "gone") {
			o[i] = append(o[i], rapid.Int32Range(nobody, int32(len(s.Members)-1)).Draw(t, "owner"))
		}
	}
	return o
}

// complete checks invariant 1, for any assignor.
func complete(t *rapid.T, s *Spec, got []Assignment) {
	if len(got) != len(s.Members) {
		t.Fatalf("%d assignments for %d members", len(got), len(s.Members))
	}
	owned := map[string]string{}
	for i, a := range got {
		for at, of := range a {
			if at > 0 && a[at-1].TopicID.Compare(of.TopicID) >= 0 || len(of.Partitions) == 0 || !slices.IsSorted(of.Partitions) {
				t.Fatalf("%s: not sorted or empty: %v", s.Members[i].ID, a)
			}
			if !slices.Contains(s.Members[i].Topics, of.TopicID) {
				t.Fatalf("%s has %v and does not subscribe to it", s.Members[i].ID, of.TopicID)
			}
			for _, p := range of.Partitions {
				key := fmt.Sprint(of.TopicID, p)
				if owned[key] != "" {
					t.Fatalf("%s belongs to %s and to %s", key, owned[key], s.Members[i].ID)
				}
				owned[key] = s.Members[i].ID
			}
		}
	}
	want := 0
	for _, of := range s.Topics {
		if slices.ContainsFunc(s.Members, func(m Member) bool { return slices.Contains(m.Topics, of.ID) }) {
			want += int(of.Partitions)
		}
	}
	if len(owned) != want {
		t.Fatalf("%d partitions assigned of %d", len(owned), want)
	}
}

func TestEachPartitionHasOneOwner(t *testing.T) {
	for _, name := range []string{UniformName, RangeName} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			s := drawSpec(t, rapid.Bool().Draw(t, "same"))
			complete(t, s, ByName(name)(s))
		}))
	}
	if ByName("sticky") != nil {
		t.Error("there is an assignor sticky")
	}
}

// moves counts the partitions that were somebody's who may keep them, and are another's now.
func moves(s *Spec, got []Assignment) (kept int) {
	for i, a := range got {
		for _, of := range a {
			for _, p := range of.Partitions {
				if slices.Contains(s.Members[i].Target.Of(of.TopicID), p) {
					kept++
				}
			}
		}
	}
	return kept
}

// TestEqualSubscriptionsAreBalancedAndNothingMovesInVain: a member can keep the minimum, and as many as
// there are partitions left over one more; whoever has less keeps all.
func TestEqualSubscriptionsAreBalancedAndNothingMovesInVain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t, true)
		got := Uniform(s)
		low, high := 1<<30, 0
		for _, a := range got {
			low, high = min(low, a.Size()), max(high, a.Size())
		}
		if high-low > 1 {
			t.Fatalf("one has %d, another %d", low, high)
		}
		load := s.loads(s.keep())
		total := int32(0)
		for _, id := range s.Members[0].Topics {
			total += s.Topics[s.topicAt(id)].Partitions
		}
		least, extra := total/int32(len(s.Members)), total%int32(len(s.Members))
		can := int32(0)
		for _, n := range load {
			can += min(n, least)
			if n > least && extra > 0 {
				can++
				extra--
			}
		}
		if kept := moves(s, got); int32(kept) != can {
			t.Fatalf("%d partitions stayed of the %d that could: %v", kept, can, got)
		}
	})
}

func TestTheSameGroupTwiceMovesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t, rapid.Bool().Draw(t, "same"))
		once := Uniform(s)
		for i := range once {
			s.Members[i].Target = once[i]
		}
		if twice := Uniform(s); !slices.EqualFunc(once, twice, Assignment.Equal) {
			t.Fatalf("%v, then %v", once, twice)
		}
	})
}

// TestSubscribersOfATopicAreEven: nobody who has a partition of a topic has two more than another of its
// subscribers, unless the rounds ran out, which these sizes don't.
func TestSubscribersOfATopicAreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t, false)
		got := Uniform(s)
		for giver, a := range got {
			for _, of := range a {
				for taker, b := range got {
					if slices.Contains(s.Members[taker].Topics, of.TopicID) && a.Size()-b.Size() > 1 {
						t.Fatalf("%s has %d and could give to %s with %d: %v", s.Members[giver].ID, a.Size(),
							s.Members[taker].ID, b.Size(), got)
					}
				}
			}
		}
	})
}

// dumbRange is the range assignor of a client, KafkaConsumer's: topic by topic, by the members' order.
func dumbRange(s *Spec) []Assignment {
	got := make([]Assignment, len(s.Members))
	for _, of := range s.Topics {
		var of2 []int
		for i := range s.Members {
			if slices.Contains(s.Members[i].Topics, of.ID) {
				of2 = append(of2, i)
			}
		}
		slices.SortFunc(of2, func(a, b int) int {
			name := func(i int) string {
				if p := s.Members[i].Instance; p != nil {
					return "0" + *p
				}
				return "1" + s.Members[i].ID
			}
			return strings.Compare(name(a), name(b))
		})
		for at, i := range of2 {
			n, k := int(of.Partitions)/len(of2), int(of.Partitions)%len(of2)
			start := n*at + min(at, k)
			end := start + n
			if at < k {
				end++
			}
			var parts []kafka.PartitionID
			for p := start; p < end; p++ {
				parts = append(parts, kafka.PartitionID(p))
			}
			if len(parts) > 0 {
				got[i] = append(got[i], TopicPartitions{TopicID: of.ID, Partitions: parts})
			}
		}
	}
	return got
}

func TestRangeIsThatOfTheClients(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpec(t, rapid.Bool().Draw(t, "same"))
		if got, want := Range(s), dumbRange(s); !slices.EqualFunc(got, want, Assignment.Equal) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func BenchmarkUniform(b *testing.B) {
	for _, size := range []struct{ members, partitions int }{{100, 100}, {1000, 10000}} {
		b.Run(fmt.Sprintf("%dx%d", size.members, size.partitions), func(b *testing.B) {
			s := &Spec{Topics: []Topic{{topic(1), int32(size.partitions)}}}
			for i := range size.members {
				s.Members = append(s.Members, Member{ID: fmt.Sprintf("m%05d", i), Topics: []kafka.TopicID{topic(1)}})
			}
			for b.Loop() {
				Uniform(s)
			}
		})
	}
}
