package metahash

import (
	"bytes"
	"testing"

	"momus/core/kafka"
)

// TestSumIsThatOfKafka holds the sums against those of hash4j 0.22, which Kafka 4.3 hashes with.
func TestSumIsThatOfKafka(t *testing.T) {
	for _, c := range []struct {
		n    int
		want uint64
	}{
		{0, 0x2d06800538d394c2},
		{1, 0x13e608bc156defed},
		{2, 0x1c9074b93943b86c},
		{3, 0xa9088dda485b481c},
		{4, 0x6d9253b16c8b1ed3},
		{5, 0x998620e10e3a4b37},
		{8, 0x60539db630471163},
		{9, 0xfeff668361d723a8},
		{12, 0x6829454be0cc3199},
		{16, 0xb8c859b0f030b585},
		{17, 0x714a04408e79b80f},
		{32, 0x19ff4ee1d6ba1a55},
		{33, 0x3e44983ad21679c8},
		{64, 0x287eb1fa9e4be2c1},
		{65, 0x829218de4d798646},
		{96, 0xf084e7cfbc624743},
		{97, 0x1daa83271a8e7b7c},
		{128, 0x67425a03650261bf},
		{129, 0xc664bf3311c6abc4},
		{130, 0xa620cbbc569eeeab},
		{160, 0xd70dea8de694b883},
		{200, 0x746cd0025327bf5b},
		{240, 0x64556dc6b462a6cf},
		{241, 0x8beadd3a8874fe17},
		{255, 0xb67b6637a76e6c39},
		{256, 0x3c38817f6d79c0da},
		{257, 0x2a300c3495738ea6},
		{511, 0xe3fca5c97aa72e1b},
		{512, 0xf58202b8d9019d1d},
		{1023, 0xd26986a0b85dcc44},
		{1024, 0x9b81661c641c72b1},
		{1025, 0x806c2072ed713576},
		{1100, 0x8e7ec0c060bbe423},
		{2048, 0xabe604813ba62ed1},
		{5000, 0x799aaddd7339581d},
	} {
		b := make([]byte, c.n)
		for i := range b {
			b[i] = byte(i*7 + 3)
		}
		if got := sum64(b); got != c.want {
			t.Errorf("%d bytes: %#x, want %#x", c.n, got, c.want)
		}
	}
}

var topicID = kafka.TopicID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}

func TestTopicsHashAsInKafka(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts int32
		racks [][]string
		want  int64
	}{
		{"foo", 3, nil, -6208928541441449389},
		{"foo", 100, nil, -1902397457017028624},
		{"foo", 2, [][]string{{"rack-b", "a"}, {"c"}}, -950305780227167492},
	} {
		if got := Topic(topicID, c.name, c.parts, c.racks); got != c.want {
			t.Errorf("%s with %d partitions: %d, want %d", c.name, c.parts, got, c.want)
		}
	}
}

func TestGroupsHashAsInKafka(t *testing.T) {
	if got := Group([]int64{-6208928541441449389, 5}); got != 7531006871908042205 {
		t.Errorf("two topics: %d", got)
	}
	if got := Group(nil); got != 0 {
		t.Errorf("no topic: %d, want 0", got)
	}
}

func TestStringsAreHashedAsJavaHoldsThem(t *testing.T) {
	if got := int64(sum64(appendString(nil, "h\u00e9"))); got != 1047543747183863231 {
		t.Errorf("a letter of Latin-1: %d", got)
	}
	pair := []byte{'a', 0, 0x3d, 0xd8, 0x00, 0xde, 3, 0, 0, 0}
	if got := appendString(nil, "a\U0001F600"); !bytes.Equal(got, pair) {
		t.Errorf("a pair of surrogates: %x, want %x", got, pair)
	}
}
