package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// field is a word while it is expanded: its text, and for each byte whether it was quoted.
type field struct {
	text   []byte
	quoted []bool
	// There was a quote, so that it is a word also when it is empty.
	isWord bool
}

func (f *field) add(s string, quoted bool) {
	for i := 0; i < len(s); i++ {
		f.text = append(f.text, s[i])
		f.quoted = append(f.quoted, quoted)
	}
}

// expandWords expands words into arguments: ~, $, quotes, splitting, globs.
func (sh *shell) expandWords(words []word) []string {
	var args []string
	for _, w := range words {
		for _, f := range sh.expand(string(w), true) {
			args = append(args, f.glob()...)
		}
	}
	return args
}

// expandOne expands a word that stays one: the target of a redirection, a value.
func (sh *shell) expandOne(w word) string {
	fields := sh.expand(string(w), false)
	return string(fields[0].text)
}

// expand does all but globs. Without split there is exactly one field.
func (sh *shell) expand(s string, split bool) []field {
	fields := []field{{}}
	last := func() *field { return &fields[len(fields)-1] }
	if s == "~" || strings.HasPrefix(s, "~/") {
		last().add(os.Getenv("HOME"), true)
		s = s[1:]
	}
	put := func(value string, quoted bool) {
		if quoted || !split {
			last().add(value, quoted)
			return
		}
		for i, part := range strings.FieldsFunc(" "+value+" ", isBlank) {
			if i > 0 || value != "" && isBlank(rune(value[0])) && len(last().text) > 0 {
				fields = append(fields, field{})
			}
			last().add(part, false)
		}
	}
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && quote != '\'' && i+1 < len(s):
			i++
			if quote == '"' && !strings.ContainsRune("$\"\\`\n", rune(s[i])) {
				last().add("\\", true)
			}
			last().add(s[i:i+1], true)
		case (c == '\'' || c == '"') && quote == 0:
			quote = c
			last().isWord = true
		case c == quote && quote != 0:
			quote = 0
		case c == '$' && quote != '\'':
			value, n := sh.dollar(s[i:])
			put(value, quote != 0 || n == 1)
			i += n - 1
		default:
			last().add(s[i:i+1], quote != 0)
		}
	}
	if split && len(fields) == 1 && len(fields[0].text) == 0 && !fields[0].isWord {
		return nil
	}
	return fields
}

func isBlank(c rune) bool { return c == ' ' || c == '\t' || c == '\n' }

// dollar is the value of what begins with a dollar, and how long that is.
func (sh *shell) dollar(s string) (string, int) {
	switch {
	case strings.HasPrefix(s, "$("):
		if end := parenEnd(s, 1); end > 0 {
			return sh.output(s[2 : end-1]), end
		}
	case strings.HasPrefix(s, "${"):
		if end := strings.IndexByte(s, '}'); end > 0 {
			name, fallback, _ := strings.Cut(s[2:end], ":-")
			if value := sh.variable(name); value != "" {
				return value, end + 1
			}
			return fallback, end + 1
		}
	case len(s) > 1 && strings.ContainsRune("?$!#@0123456789", rune(s[1])):
		return sh.variable(s[1:2]), 2
	default:
		n := 1
		for n < len(s) && isName(s[1:n+1]) {
			n++
		}
		if n > 1 {
			return sh.variable(s[1:n]), n
		}
	}
	return "$", 1
}

func (sh *shell) variable(name string) string {
	switch name {
	case "?":
		return strconv.Itoa(sh.status)
	case "$":
		return strconv.Itoa(os.Getpid())
	case "!":
		return strconv.Itoa(sh.lastBackground)
	case "#":
		return strconv.Itoa(max(len(sh.args)-1, 0))
	case "@":
		return strings.Join(sh.args[min(1, len(sh.args)):], " ")
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n < len(sh.args) {
			return sh.args[n]
		}
		return ""
	}
	if value, ok := sh.vars[name]; ok {
		return value
	}
	return os.Getenv(name)
}

// glob is what the field stands for if it has unquoted * ? [, and itself otherwise or if there is nothing.
func (f *field) glob() []string {
	var pattern strings.Builder
	isPattern := false
	for i, c := range f.text {
		special := strings.ContainsRune("*?[", rune(c))
		switch {
		case special && !f.quoted[i]:
			isPattern = true
		case special || c == '\\':
			pattern.WriteByte('\\')
		}
		pattern.WriteByte(c)
	}
	if isPattern {
		var shown []string
		found, _ := filepath.Glob(pattern.String())
		for _, name := range found {
			if base := filepath.Base(name); !strings.HasPrefix(base, ".") || strings.HasPrefix(filepath.Base(string(f.text)), ".") {
				shown = append(shown, name)
			}
		}
		if len(shown) > 0 {
			return shown
		}
	}
	return []string{string(f.text)}
}
