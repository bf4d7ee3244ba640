package topicregex

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
)

// Check says what is wrong with an expression, in the words of re2j; "" is nothing.
func Check(expr string) (errText string) {
	re, err := syntax.Parse(expr, syntax.Perl)
	var bad *syntax.Error
	switch {
	case err == nil && namesTwice(re.CapNames()):
		return "duplicate capture group name"
	case err == nil:
		return ""
	case errors.As(err, &bad) && bad.Code == syntax.ErrUnexpectedParen:
		return "regexp/syntax: internal error" // so re2j calls a closing parenthesis without an opening one
	case errors.As(err, &bad):
		return bad.Code.String()
	}
	return err.Error()
}

// namesTwice tells whether a group has the name of another one, which Go lets pass.
func namesTwice(groups []string) bool {
	for i, name := range groups {
		if name != "" && slices.Contains(groups[:i], name) {
			return true
		}
	}
	return false
}

// Resolve lists for each expression the names that it matches, in their order. A bad one matches nothing.
func Resolve(exprs, names []string) [][]string {
	matched := make([][]string, len(exprs))
	for i, expr := range exprs {
		if Check(expr) != "" {
			continue
		}
		re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
		if err != nil { // too large, once it is anchored
			continue
		}
		for _, name := range names {
			if re.MatchString(name) {
				matched[i] = append(matched[i], name)
			}
		}
	}
	return matched
}
