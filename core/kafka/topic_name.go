package kafka

import "strconv"

// topicNameMax is the longest topic name: with a partition's number it must fit a file name.
const topicNameMax = 249

// InvalidTopicName says in Kafka's words what is wrong with a topic name; "" is nothing.
func InvalidTopicName(name string) string {
	switch {
	case name == "":
		return "the empty string is not allowed"
	case name == "." || name == "..":
		return "'" + name + "' is not allowed"
	case len(name) > topicNameMax:
		return "the length of '" + name + "' is longer than the max allowed length " + strconv.Itoa(topicNameMax)
	}
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return "'" + name + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
		}
	}
	return ""
}
