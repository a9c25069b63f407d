package main

import (
	"errors"
	"fmt"
	"strings"
)

// A line is read into lists of pipelines:
//
//	list     = andOr { ( ";" | "&" ) andOr }
//	andOr    = pipeline { ( "&&" | "||" ) pipeline }
//	pipeline = [ "!" ] command { "|" command }
//	command  = { NAME=value | word | redirection }

// word is a word as it was written, quotes and dollars included.
type word string

// redirect is one of [n]<file [n]>file [n]>>file [n]>&m.
type redirect struct {
	fd     int
	op     string
	target word
}

type command struct {
	assigns   []word
	words     []word
	redirects []redirect
}

type pipeline struct {
	negated  bool
	commands []command
	text     string
}

// andOr has one operator less than pipelines.
type andOr struct {
	pipelines  []pipeline
	operators  []string
	background bool
	text       string
}

type token struct {
	text       string
	isOperator bool
	start, end int
}

// errIncomplete: a quote is still open, so another line belongs to this one.
var errIncomplete = errors.New("unexpected end of line")

var operators = []string{"&&", "||", ">>", ">&", "<&", "&>", "|", "&", ";", "<", ">"}

func operatorAt(s string) string {
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// lex splits a line into words and operators. A number right before a redirection belongs to that.
func lex(line string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c == '\n':
			i++
		case c == '#':
			return tokens, nil
		default:
			if op := operatorAt(line[i:]); op != "" {
				tokens = append(tokens, token{op, true, i, i + len(op)})
				i += len(op)
				continue
			}
			end, err := wordEnd(line, i)
			if err != nil {
				return nil, err
			}
			text := line[i:end]
			if isNumber(text) && end < len(line) && (line[end] == '<' || line[end] == '>') {
				op := operatorAt(line[end:])
				tokens = append(tokens, token{text + op, true, i, end + len(op)})
				end += len(op)
			} else {
				tokens = append(tokens, token{text, false, i, end})
			}
			i = end
		}
	}
	return tokens, nil
}

// wordEnd is where the word that begins at i ends. A $(command) is in it as it is.
func wordEnd(line string, i int) (int, error) {
	for i < len(line) {
		switch c := line[i]; {
		case c == '\\':
			i += 2
		case c == '\'' || c == '"':
			end := quoteEnd(line, i)
			if end < 0 {
				return 0, errIncomplete
			}
			i = end
		case strings.HasPrefix(line[i:], "$("):
			end := parenEnd(line, i+1)
			if end < 0 {
				return 0, errIncomplete
			}
			i = end
		case strings.ContainsRune(" \t\n|&;<>", rune(c)):
			return i, nil
		default:
			i++
		}
	}
	return min(i, len(line)), nil
}

func quoteEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1
		case quote == '"' && s[i] == '\\':
			i++
		}
	}
	return -1
}

func parenEnd(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'', '"':
			end := quoteEnd(s, i)
			if end < 0 {
				return -1
			}
			i = end - 1
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

type parser struct {
	line   string
	tokens []token
}

func parse(line string) ([]andOr, error) {
	tokens, err := lex(line)
	if err != nil {
		return nil, err
	}
	p := &parser{line, tokens}
	var list []andOr
	for len(p.tokens) > 0 {
		item, err := p.andOr()
		if err != nil {
			return nil, err
		}
		switch p.operator() {
		case "&":
			item.background = true
			p.next()
		case ";":
			p.next()
		}
		list = append(list, item)
	}
	return list, nil
}

// operator is the operator that comes next, or "".
func (p *parser) operator() string {
	if len(p.tokens) > 0 && p.tokens[0].isOperator {
		return p.tokens[0].text
	}
	return ""
}

func (p *parser) next() token {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) andOr() (andOr, error) {
	var a andOr
	start := p.tokens[0].start
	for {
		line, err := p.pipeline()
		if err != nil {
			return a, err
		}
		a.pipelines = append(a.pipelines, line)
		op := p.operator()
		if op != "&&" && op != "||" {
			break
		}
		p.next()
		a.operators = append(a.operators, op)
	}
	a.text = strings.TrimSpace(p.line[start:p.position()])
	return a, nil
}

// position is where in the line the next token begins.
func (p *parser) position() int {
	if len(p.tokens) == 0 {
		return len(p.line)
	}
	return p.tokens[0].start
}

func (p *parser) pipeline() (pipeline, error) {
	var l pipeline
	start := p.position()
	if len(p.tokens) > 0 && !p.tokens[0].isOperator && p.tokens[0].text == "!" {
		p.next()
		l.negated = true
	}
	for {
		c, err := p.command()
		if err != nil {
			return l, err
		}
		l.commands = append(l.commands, c)
		if p.operator() != "|" {
			break
		}
		p.next()
	}
	l.text = strings.TrimSpace(p.line[start:p.position()])
	return l, nil
}

func (p *parser) command() (command, error) {
	var c command
	for len(p.tokens) > 0 {
		t := p.tokens[0]
		switch {
		case !t.isOperator && len(c.words) == 0 && isAssign(t.text):
			c.assigns = append(c.assigns, word(p.next().text))
		case !t.isOperator:
			c.words = append(c.words, word(p.next().text))
		case strings.ContainsAny(t.text, "<>"):
			p.next()
			if len(p.tokens) == 0 || p.tokens[0].isOperator {
				return c, fmt.Errorf("syntax error after %q", t.text)
			}
			c.redirects = append(c.redirects, newRedirects(t.text, word(p.next().text))...)
		default:
			return c, c.check(t.text)
		}
	}
	return c, c.check("end of line")
}

func (c *command) check(before string) error {
	if len(c.words) == 0 && len(c.assigns) == 0 && len(c.redirects) == 0 {
		return fmt.Errorf("syntax error before %s", before)
	}
	return nil
}

func newRedirects(op string, target word) []redirect {
	number := op[:len(op)-len(strings.TrimLeft(op, "0123456789"))]
	op = op[len(number):]
	if op == "&>" {
		return []redirect{{1, ">", target}, {2, ">&", "1"}}
	}
	fd := 1
	if op[0] == '<' {
		fd = 0
	}
	if number != "" {
		fmt.Sscan(number, &fd)
	}
	return []redirect{{fd, op, target}}
}

func isAssign(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	return ok && isName(name)
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
