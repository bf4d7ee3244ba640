package house

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// guides are the documents that newcomers follow step by step.
var guides = []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"}

var (
	// named is what a guide says in code that could be a path: with a slash, or with a suffix of ours.
	named      = regexp.MustCompile(`^\.?[a-z][\w.-]*(/[\w.-]+)*$`)
	makeTarget = regexp.MustCompile(`\bmake ([a-z]+)\b`)
	goFile     = regexp.MustCompile(`\b[a-z][a-z0-9_]*\.go\b`)
	tableRow   = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|")
	served     = regexp.MustCompile(`(?s)The APIs that are served[^:]*: ([^.]*)\.`)
)

// inCode are the texts in a document's code spans and code blocks. A span may go over a line's end.
func inCode(text string) []string {
	var spans []string
	for i, part := range strings.Split(fence.ReplaceAllString(text, ""), "`") {
		if i%2 == 1 {
			spans = append(spans, strings.Join(strings.Fields(part), " "))
		}
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "    ") {
			spans = append(spans, strings.TrimSpace(line))
		}
	}
	return spans
}

// complainGuide lists the paths and make targets that a guide names and that are not there. A file
// may be named without its directory if any file of that name exists.
func complainGuide(name, text, makefile string, files []string) []string {
	var complaints []string
	for _, span := range inCode(text) {
		for _, target := range makeTarget.FindAllStringSubmatch(span, -1) {
			if !strings.Contains("\n"+makefile, "\n"+target[1]+": ") {
				complaints = append(complaints, name+" names the target "+target[1]+", which the Makefile has not")
			}
		}
		if isPath(span, files) && !isThere(span, files) {
			complaints = append(complaints, name+" names "+span+", which is not there")
		}
	}
	return complaints
}

// isPath tells a path of this repository from other code: by its suffix, or by a first component
// that is a directory here.
func isPath(span string, files []string) bool {
	if !named.MatchString(span) {
		return false
	}
	first, _, deep := strings.Cut(span, "/")
	return strings.HasSuffix(span, ".go") || deep && slices.ContainsFunc(files, func(f string) bool {
		return strings.HasPrefix(f, first+"/")
	})
}

func isThere(span string, files []string) bool {
	return slices.ContainsFunc(files, func(f string) bool {
		return f == span || strings.HasPrefix(f, span+"/") || strings.HasSuffix(f, "/"+span) && !strings.Contains(span, "/")
	})
}

// complainMap holds the map of ARCHITECTURE.md and the packages together. Those for tests and those
// below core/internal need no row.
func complainMap(text string, dirs []string) []string {
	var rows, complaints []string
	for _, row := range tableRow.FindAllStringSubmatch(text, -1) {
		for _, dir := range code.FindAllString(row[1], -1) {
			rows = append(rows, strings.Trim(dir, "`"))
		}
	}
	for _, dir := range dirs {
		if !supportsTests(dir) && !matches("core/internal/...", dir) && !slices.Contains(rows, dir) {
			complaints = append(complaints, "the map of ARCHITECTURE.md has no row for "+dir)
		}
	}
	for _, row := range rows {
		if !slices.Contains(dirs, row) {
			complaints = append(complaints, "the map of ARCHITECTURE.md has a row for "+row+", which is no package")
		}
	}
	return complaints
}

// complainServed compares the README's list of APIs with the version table.
func complainServed(readme string, table *source) []string {
	found := served.FindStringSubmatch(readme)
	if found == nil {
		return []string{"README.md does not say which APIs are served"}
	}
	said := strings.Split(strings.Join(strings.Fields(found[1]), " "), ", ")
	var complaints []string
	built := apiNames(table)
	for _, name := range built {
		if !slices.Contains(said, name) {
			complaints = append(complaints, "README.md does not list the API "+name)
		}
	}
	for _, name := range said {
		if !slices.Contains(built, name) {
			complaints = append(complaints, "README.md lists "+name+", which is not in the version table")
		}
	}
	return complaints
}

// apiNames are the names in the rows of `var apis`: the one string of each.
func apiNames(table *source) []string {
	var names []string
	for _, d := range table.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || len(g.Specs) != 1 {
			continue
		}
		v, ok := g.Specs[0].(*ast.ValueSpec)
		if !ok || v.Names[0].Name != "apis" {
			continue
		}
		ast.Inspect(v, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				if name, err := strconv.Unquote(l.Value); err == nil {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}

// complainTour lists the files that a package's document names and that are not there.
func complainTour(doc *source, files []string) []string {
	var complaints []string
	for line := range strings.Lines(doc.file.Doc.Text()) {
		if !strings.HasPrefix(line, "\t") {
			continue
		}
		for _, name := range goFile.FindAllString(line, -1) {
			if !slices.Contains(files, doc.dir()+"/"+name) {
				complaints = append(complaints, doc.path+" names "+name+", which is not there")
			}
		}
	}
	return complaints
}

// text is a file of the repository.
func text(t *testing.T, name string) string {
	t.Helper()
	text, ok := readFile(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return text
}

func TestGuidesNameWhatThereIs(t *testing.T) {
	for _, name := range guides {
		refuse(t, complainGuide(name, text(t, name), text(t, "Makefile"), house(t).files))
	}
}

func TestTheMapHasEveryPackage(t *testing.T) {
	refuse(t, complainMap(text(t, "ARCHITECTURE.md"), house(t).packages()))
}

func TestReadmeListsTheAPIsThatAreServed(t *testing.T) {
	for _, s := range house(t).sources {
		if s.path == "core/wire/versions.go" {
			refuse(t, complainServed(text(t, "README.md"), s))
		}
	}
}

func TestToursNameFilesThatThereAre(t *testing.T) {
	for _, s := range house(t).sources {
		if strings.HasSuffix(s.path, "/doc.go") {
			refuse(t, complainTour(s, house(t).files))
		}
	}
}

func TestGuideGuardRefusesWhatIsNotThere(t *testing.T) {
	files := []string{"core/wire/versions.go", "core/event.go", "Makefile"}
	good := "`core/wire` `event.go` `a/b` `make lint` `flush.messages=1`\n\n    make lint SEED=7\n"
	if complaints := complainGuide("x.md", good, "all:\nlint: ## x\n", files); len(complaints) > 0 {
		t.Errorf("a good guide is refused: %q", complaints)
	}
	for _, bad := range []string{"core/frame", "core/wire/version.go", "node.go", "make\nseeds"} {
		last := bad[strings.LastIndexAny(bad, "\n")+1:]
		expectComplaint(t, complainGuide("x.md", "see `"+bad+"`.", "lint: ## x\n", files), last)
	}
}

func TestMapAndListGuardsRefuseWhatIsMissingAndWhatIsTooMuch(t *testing.T) {
	complaints := complainMap("| package |\n|---|\n| `core`, `net/peer` | x |\n", []string{"core", "core/wire", "core/lifetest"})
	expectComplaint(t, complaints, "no row for core/wire")
	expectComplaint(t, complaints, "net/peer, which is no package")
	if len(complaints) != 2 {
		t.Errorf("there are %q", complaints)
	}
	table := plant(t, token.NewFileSet(), "core/wire/versions.go",
		"package wire\n\nvar apis = []API{\n\t{0, \"Produce\", 3},\n\t{1, \"Fetch\", 4},\n}\n")
	complaints = complainServed("The APIs that are served, all: Fetch,\nMetadata. More.", table)
	expectComplaint(t, complaints, "does not list the API Produce")
	expectComplaint(t, complaints, "lists Metadata")
	expectComplaint(t, complainServed("nothing", table), "does not say")
	doc := plant(t, token.NewFileSet(), "a/doc.go", "// Package a.\n//\n//\tb.go  x\n//\tc.go  y\npackage a\n")
	expectComplaint(t, complainTour(doc, []string{"a/doc.go", "a/b.go"}), "names c.go")
}
