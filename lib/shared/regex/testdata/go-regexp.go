// Writes random patterns of RE2's syntax with what Go's regexp says of them: go run go-regexp.go go-regexp.json
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"regexp"
)

// One line of the data: a pattern, whether Go takes it, texts, and for each whether the whole text matches.
type row struct {
	P string
	V bool
	T []string
	M string
}

var atoms = []string{"a", "b", "c", "-", "/", ".", "é", "ß", "K", "k", "s", "ſ", "日", "😀", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "[abc]", "[^abc]", "[a-c]", "[[:digit:]]", "[[:^digit:]]", "[[:alpha:]-]", "[[:word:]]", "[[:punct:]]", "\\pL", "\\PL", "\\p{Lu}", "\\p{Greek}", "\\P{Greek}", "\\p{^Greek}", "[\\p{Lu}\\d]", "[^\\pL]", "\\x41", "\\x{e9}", "\\x{1F600}", "\\141", "\\Qa.b\\E", "\\Q*\\E", "\\.", "\\-", "\\/", "[\\]a]", "[]a]", "[^]a]", "[a\\-c]", "[-a]", "[é-ü]", "^", "$", "\\A", "\\z", "\\b", "\\B", "(a|b)", "(?:a|bc)", "(?P<n>a)", "(?<m>b)", "(?i:a)", "(?i)k", "(?s:.)", "(?s).", "(?m:^a)", "(?m)$", "(?U:a+)", "(?-s).", "(?i-s:K.)", "\\a", "\\f", "\\t", "\\n", "\\v", "|", "()", "(|a)", "{", "}", "{,2}", "[", "]", "(", ")", "\\", "\\Z", "\\C", "\\1", "(?=a)", "(?!a)", "(?<=a)", "(?#x)", "(?P=n)", "\\u0041", "\\h", "\\R", "\\G", "\\K", "[[:foo:]]", "\\p{Foo}", "(?x)a", "[z-a]", "(?P<>a)", "\\x{110000}", "\\8", "\\07"}
var quants = []string{"", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{2,}", "{0}", "{0,1}", "{2}?", "**", "+*", "{1001}", "{3,1}", "{,3}"}
var letters = []string{"a", "b", "c", "A", "B", "K", "k", "\u212a", "s", "S", "ſ", "é", "É", "ß", "日", "😀", "α", "Ω", "0", "9", "_", "-", ".", "/", " ", "\n", "\t", "a.b", "*", "]", "{", "}", "n", "", "\u0007", "{,2}"}

func main() {
	r := rand.New(rand.NewSource(20261201))
	out := []row{}
	seen := map[string]bool{}
	invalid := 0
	for len(out) < 2000 {
		n := 1 + r.Intn(4)
		p := ""
		for i := 0; i < n; i++ {
			p += atoms[r.Intn(len(atoms))] + quants[r.Intn(len(quants))]
			if r.Intn(8) == 0 {
				p += "|"
			}
		}
		if r.Intn(6) == 0 {
			p = "(?:" + p + ")" + quants[r.Intn(len(quants))]
		}
		if seen[p] {
			continue
		}
		seen[p] = true
		_, bad := regexp.Compile(p)
		x, err := regexp.Compile(`\A(?:` + p + `)\z`)
		if bad != nil || err != nil {
			if bad == nil {
				continue
			} // an unclosed quotation swallows what is put behind it
			if invalid > 400 {
				continue
			}
			invalid++
			out = append(out, row{P: p})
			continue
		}
		w := row{P: p, V: true}
		for try := 0; try < 60 && len(w.T) < 8; try++ {
			t := ""
			for i := r.Intn(5); i > 0; i-- {
				t += letters[r.Intn(len(letters))]
			}
			m := x.MatchString(t)
			if !m && try < 45 && len(w.T) >= 4 {
				continue
			}
			w.T = append(w.T, t)
			if m {
				w.M += "1"
			} else {
				w.M += "0"
			}
		}
		out = append(out, w)
	}
	f, _ := os.Create(os.Args[1])
	fmt.Fprintln(f, "[")
	yes, no := 0, 0
	for i, w := range out {
		b, _ := json.Marshal([]any{w.P, w.V, w.T, w.M})
		for _, c := range w.M {
			if c == '1' {
				yes++
			} else {
				no++
			}
		}
		s := ","
		if i == len(out)-1 {
			s = ""
		}
		fmt.Fprintln(f, string(b)+s)
	}
	fmt.Fprintln(f, "]")
	fmt.Println(len(out), invalid, yes, no)
}
