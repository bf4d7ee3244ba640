package topicregex

import (
	"errors"
	"regexp"
	"regexp/syntax"
)

// Check says what is wrong with an expression, in the words of re2j; "" is nothing.
func Check(expr string) (errText string) {
	_, err := syntax.Parse(expr, syntax.Perl)
	var bad *syntax.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &bad):
		return bad.Code.String()
	}
	return err.Error()
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
