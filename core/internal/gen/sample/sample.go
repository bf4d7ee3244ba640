// Package sample has a field of every form that the generator supports. It exists for the
// generator's own tests; nothing else imports it.
package sample

import "momus/core/kafka"

//go:generate go run momus/core/internal/gen

const two = 2

// Number, Name and Hash are named scalars and arrays.
type (
	Number uint16
	Name   string
	Hash   [3]byte
	Flag   bool
	Blob   []byte
)

// Scalars has the simple kinds.
//
//canon:gen Shape=1
type Scalars struct {
	A     int
	B     int8
	c     int64
	D     uint8
	e, F  uint32
	G     bool
	h     string
	I     Number
	J     Name
	K     Hash
	L     kafka.Offset
	M     kafka.ErrorCode
	N     Flag
	cache []func() `canon:"-"`
}

// Node is recursive and implements the union too.
//
//canon:gen Shape=3 Other=1
type Node struct {
	kafka.Now
	Left, Right *Node
	Shape       Shape
	Shapes      []Shape
	others      map[Name]Other
}

// Composite has the composite kinds.
//
//canon:gen Shape=7
type Composite struct {
	Raw       []byte
	Blob      Blob
	Topic     kafka.TopicID
	Log       kafka.TopicPartition
	Ints      []int32
	Fixed     [two][]Name
	Bytes     [4]uint8
	Nested    [][]Scalars
	Pointers  []*Scalars
	Maybe     *string
	ByInt     map[kafka.NodeID][]byte
	ByBytes   map[Hash]Scalars
	ByLog     map[kafka.TopicPartition]map[string]*Node
	Set       map[string]struct{}
	List      List
	Table     Table
	ByHand    Manual
	plain     plain
	Offsets   [3]kafka.Offset
	ErrorList []kafka.ErrorCode
}

type plain struct {
	x int
	y []plainer
}

type plainer struct{ z bool }

// Empty has no fields.
//
//canon:gen Shape=4
type Empty struct{}

// List is a named slice with methods of its own.
//
//canon:gen
type List []Number

// Table is a named map with methods of its own.
//
//canon:gen
type Table map[Name]Number

// Shape is a union.
//
//canon:union name=Shape
type Shape interface {
	isShape()
	AppendText(b []byte) []byte
}

// Other is a second union, with one member.
//
//canon:union name=Other
type Other interface{ isOther() }
