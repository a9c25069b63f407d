package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// runLine runs a line; false if it is not complete yet.
func (sh *shell) runLine(line string) bool {
	list, err := parse(line)
	if errors.Is(err, errIncomplete) {
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shell:", err)
		sh.status = 2
		return true
	}
	for _, item := range list {
		sh.runAndOr(item)
		if sh.exiting {
			break
		}
	}
	return true
}

func (sh *shell) runAndOr(a andOr) {
	if a.background {
		line := a.pipelines[0]
		if len(a.pipelines) > 1 || line.negated || builtins[line.name()] != nil {
			// What the shell itself has to do goes on in another one.
			line = pipeline{commands: []command{sh.itself(a.text)}}
		}
		line.text = a.text
		sh.status = sh.start(line, true)
		return
	}
	for i, line := range a.pipelines {
		if i > 0 && (sh.status == 0) != (a.operators[i-1] == "&&") {
			continue
		}
		sh.status = sh.runPipeline(line)
		if line.negated {
			sh.status = map[bool]int{true: 1, false: 0}[sh.status == 0]
		}
		if sh.exiting {
			return
		}
	}
}

func (line *pipeline) name() string {
	if len(line.commands) == 1 && len(line.commands[0].words) > 0 {
		return string(line.commands[0].words[0])
	}
	return ""
}

// itself is the command that runs a line in another shell, which has this one's variables; there, all are exported.
func (sh *shell) itself(line string) command {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return command{words: []word{quoted(self), "-c", quoted(line)}, assigns: sh.assigns()}
}

// assigns are the variables that are not in the environment.
func (sh *shell) assigns() []word {
	var assigns []word
	for name, value := range sh.vars {
		assigns = append(assigns, word(name+"=")+quoted(value))
	}
	return assigns
}

func quoted(s string) word { return word("'" + strings.ReplaceAll(s, "'", `'\''`) + "'") }

func (sh *shell) runPipeline(line pipeline) int {
	if len(line.commands) > 1 {
		return sh.start(line, false)
	}
	c := line.commands[0]
	args := sh.expandWords(c.words)
	if len(args) == 0 {
		for _, assign := range c.assigns {
			name, value, _ := strings.Cut(string(assign), "=")
			sh.set(name, sh.expandOne(word(value)))
		}
		files, err := sh.open(c.redirects)
		files.close()
		return sh.tell(err, 1)
	}
	builtin := builtins[args[0]]
	if builtin == nil {
		return sh.start(line, false)
	}
	files, err := sh.open(c.redirects)
	if err != nil {
		return sh.tell(err, 1)
	}
	defer files.close()
	return builtin(sh, args[1:], files)
}

func (sh *shell) tell(err error, status int) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "shell:", err)
	return status
}

// streams are what descriptors 0 to 2 of a command are, and what of it is to be closed.
type streams struct {
	std    [3]*os.File
	opened []*os.File
}

func (s *streams) close() {
	for _, f := range s.opened {
		f.Close()
	}
}

func (sh *shell) open(redirects []redirect) (*streams, error) {
	s := &streams{std: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}}
	return s, sh.redirect(s, redirects)
}

func (sh *shell) redirect(s *streams, redirects []redirect) error {
	for _, r := range redirects {
		target := sh.expandOne(r.target)
		if r.fd > 2 {
			return fmt.Errorf("descriptor %d: only 0 to 2 can be redirected", r.fd)
		}
		if strings.HasSuffix(r.op, "&") {
			from, err := strconv.Atoi(target)
			if err != nil || from < 0 || from > 2 {
				return fmt.Errorf("%s: no descriptor", target)
			}
			s.std[r.fd] = s.std[from]
			continue
		}
		flags := map[string]int{
			"<":  os.O_RDONLY,
			">":  os.O_WRONLY | os.O_CREATE | os.O_TRUNC,
			">>": os.O_WRONLY | os.O_CREATE | os.O_APPEND,
		}[r.op]
		f, err := os.OpenFile(target, flags, 0o666)
		if err != nil {
			return err
		}
		s.std[r.fd] = f
		s.opened = append(s.opened, f)
	}
	return nil
}

// start starts the commands of a pipeline, and waits for them unless they are for the background.
func (sh *shell) start(line pipeline, background bool) int {
	j := &job{text: line.text, procs: map[int]*syscall.WaitStatus{}}
	status := 0
	var input *os.File
	for i, c := range line.commands {
		s := &streams{std: [3]*os.File{os.Stdin, os.Stdout, os.Stderr}}
		if input != nil {
			s.std[0] = input
			s.opened = append(s.opened, input)
			input = nil
		} else if background && !sh.interactive {
			if null, err := os.Open(os.DevNull); err == nil {
				s.std[0] = null
				s.opened = append(s.opened, null)
			}
		}
		if i < len(line.commands)-1 {
			r, w, err := os.Pipe()
			if err != nil {
				s.close()
				return sh.tell(err, 1)
			}
			input, s.std[1] = r, w
			s.opened = append(s.opened, w)
		}
		status = sh.startCommand(j, c, s, background)
		s.close()
	}
	if len(j.procs) == 0 {
		return status
	}
	sh.jobs = append(sh.jobs, j)
	if background {
		sh.lastBackground = j.last
		sh.keep(j)
		if sh.interactive {
			fmt.Fprintf(os.Stderr, "[%d] %d\n", j.id, j.last)
		}
		return 0
	}
	result := sh.foreground(j)
	if status != 0 {
		return status
	}
	return result
}

// environ is the environment of a command with these variables before it.
func (sh *shell) environ(assigns []word) []string {
	env := os.Environ()
	for _, assign := range assigns {
		name, value, _ := strings.Cut(string(assign), "=")
		env = append(env, name+"="+sh.expandOne(word(value)))
	}
	return env
}

// startCommand starts one command of a job; its exit code if that fails.
func (sh *shell) startCommand(j *job, c command, s *streams, background bool) int {
	if err := sh.redirect(s, c.redirects); err != nil {
		return sh.tell(err, 1)
	}
	args := sh.expandWords(c.words)
	if len(args) == 0 {
		return 0
	}
	if builtins[args[0]] != nil {
		texts := make([]string, len(args))
		for i, arg := range args {
			texts[i] = string(quoted(arg))
		}
		own := sh.itself(strings.Join(texts, " "))
		args, c.assigns = sh.expandWords(own.words), append(own.assigns, c.assigns...)
	}
	path, err := exec.LookPath(args[0])
	if errors.Is(err, exec.ErrDot) {
		err = nil
	}
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(os.Stderr, "shell: %s: command not found\n", args[0])
			return 127
		}
		fmt.Fprintf(os.Stderr, "shell: %v\n", err)
		return 126
	}
	cmd := &exec.Cmd{Path: path, Args: args, Stdin: s.std[0], Stdout: s.std[1], Stderr: s.std[2], Env: sh.environ(c.assigns)}
	if sh.interactive {
		first := len(j.procs) == 0
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: j.pgid, Foreground: first && !background, Ctty: sh.tty}
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "shell: %v\n", err)
		return 126
	}
	j.last = cmd.Process.Pid
	j.procs[j.last] = nil
	if j.pgid == 0 {
		j.pgid = j.last
	}
	// It is waited for by number, to hear also that it was stopped.
	cmd.Process.Release()
	return 0
}

// output is what a line writes, without the newlines at the end.
func (sh *shell) output(line string) string {
	own := sh.itself(line)
	args := sh.expandWords(own.words)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = sh.environ(own.assigns)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "shell:", err)
	}
	return strings.TrimRight(string(out), "\n")
}
