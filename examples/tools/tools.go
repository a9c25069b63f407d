package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// errQuiet is exit code 1 and nothing said.
var errQuiet = errors.New("quiet")

// each does something with each file, or with stdin if there is none.
func each(files []string, do func(name string, r io.Reader) error) error {
	if len(files) == 0 {
		return do("", os.Stdin)
	}
	var all error
	for _, name := range files {
		f, err := os.Open(name)
		if err == nil {
			err = do(name, f)
			f.Close()
		}
		all = errors.Join(all, err)
	}
	return all
}

// flags takes the one-letter flags that it knows off the arguments.
func flags(args []string, known string) (set map[byte]bool, rest []string, err error) {
	set = map[byte]bool{}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0][1:]
		args = args[1:]
		if arg == "-" {
			break
		}
		for i := range len(arg) {
			if !strings.Contains(known, arg[i:i+1]) {
				return nil, nil, fmt.Errorf("unknown flag -%c", arg[i])
			}
			set[arg[i]] = true
		}
	}
	return set, args, nil
}

func cat(args []string) error {
	return each(args, func(_ string, r io.Reader) error {
		_, err := io.Copy(os.Stdout, r)
		return err
	})
}

func cp(args []string) error {
	if len(args) != 2 {
		return errors.New("two names are needed")
	}
	from, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], from, 0o666)
}

func echo(args []string) error {
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	_, err := fmt.Print(strings.Join(args, " "), end)
	return err
}

func env([]string) error {
	_, err := fmt.Println(strings.Join(os.Environ(), "\n"))
	return err
}

func succeeding([]string) error { return nil }
func failing([]string) error    { return errQuiet }

// grep shows the lines that contain a text; -v those that do not.
func grep(args []string) error {
	set, args, err := flags(args, "v")
	if err != nil || len(args) == 0 {
		return errors.Join(err, errors.New("a text is needed"))
	}
	found := false
	err = each(args[1:], func(_ string, r io.Reader) error {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			if strings.Contains(lines.Text(), args[0]) != set['v'] {
				found = true
				if _, err := fmt.Println(lines.Text()); err != nil {
					return err
				}
			}
		}
		return lines.Err()
	})
	if err == nil && !found {
		return errQuiet
	}
	return err
}

func head(args []string) error {
	n := 10
	if len(args) >= 2 && args[0] == "-n" {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil {
			return err
		}
		args = args[2:]
	}
	return each(args, func(_ string, r io.Reader) error {
		lines := bufio.NewScanner(r)
		for i := 0; i < n && lines.Scan(); i++ {
			if _, err := fmt.Println(lines.Text()); err != nil {
				return err
			}
		}
		return lines.Err()
	})
}

// ls lists names; -a those with a dot too, -l with mode, size and time.
func ls(args []string) error {
	set, args, err := flags(args, "al1")
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	var all error
	for _, name := range args {
		entries, err := os.ReadDir(name)
		if errors.Is(err, syscall.ENOTDIR) {
			var info os.FileInfo
			if info, err = os.Lstat(name); err == nil {
				show(info, name, set['l'])
			}
		}
		all = errors.Join(all, err)
		for _, entry := range entries {
			if strings.HasPrefix(entry.Name(), ".") && !set['a'] {
				continue
			}
			info, err := entry.Info()
			if err != nil {
				all = errors.Join(all, err)
				continue
			}
			show(info, entry.Name(), set['l'])
		}
	}
	return all
}

func show(info os.FileInfo, name string, long bool) {
	if long {
		fmt.Printf("%s %9d %s ", info.Mode(), info.Size(), info.ModTime().Format("Jan _2 15:04"))
	}
	fmt.Println(name)
}

func mkdir(args []string) error {
	set, args, err := flags(args, "p")
	for _, name := range args {
		if set['p'] {
			err = errors.Join(err, os.MkdirAll(name, 0o777))
		} else {
			err = errors.Join(err, os.Mkdir(name, 0o777))
		}
	}
	return err
}

func mv(args []string) error {
	if len(args) != 2 {
		return errors.New("two names are needed")
	}
	if info, err := os.Stat(args[1]); err == nil && info.IsDir() {
		args[1] = filepath.Join(args[1], filepath.Base(args[0]))
	}
	return os.Rename(args[0], args[1])
}

func pwd([]string) error {
	dir, err := os.Getwd()
	if err == nil {
		_, err = fmt.Println(dir)
	}
	return err
}

func rm(args []string) error {
	set, args, err := flags(args, "rf")
	for _, name := range args {
		var e error
		if set['r'] {
			e = os.RemoveAll(name)
		} else {
			e = os.Remove(name)
		}
		if !(set['f'] && errors.Is(e, os.ErrNotExist)) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func seq(args []string) error {
	first, last := 1, 1
	var err error
	switch len(args) {
	case 1:
		last, err = strconv.Atoi(args[0])
	case 2:
		_, err = fmt.Sscan(args[0]+" "+args[1], &first, &last)
	default:
		err = errors.New("one or two numbers are needed")
	}
	out := bufio.NewWriter(os.Stdout)
	for i := first; i <= last && err == nil; i++ {
		_, err = fmt.Fprintln(out, i)
	}
	return errors.Join(err, out.Flush())
}

// setsid runs a command in a session of its own, whose controlling terminal is stdin if that is one.
func setsid(args []string) error {
	if len(args) == 0 {
		return errors.New("a command is needed")
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	_, err := getModes(0)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: err == nil}
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		os.Exit(exit.ExitCode())
	}
	return err
}

func sleep(args []string) error {
	for _, arg := range args {
		seconds, err := strconv.ParseFloat(arg, 64)
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	}
	return nil
}

func sortLines(args []string) error {
	var lines []string
	err := each(args, func(_ string, r io.Reader) error {
		scanner := bufio.NewScanner(r)
		for scanner.Scan() {
			lines = append(lines, scanner.Text())
		}
		return scanner.Err()
	})
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
	return err
}

func tee(args []string) error {
	writers := []io.Writer{os.Stdout}
	for _, name := range args {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		defer f.Close()
		writers = append(writers, f)
	}
	_, err := io.Copy(io.MultiWriter(writers...), os.Stdin)
	return err
}

func touch(args []string) error {
	var all error
	for _, name := range args {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o666)
		if err == nil {
			now := time.Now()
			err = errors.Join(f.Close(), os.Chtimes(name, now, now))
		}
		all = errors.Join(all, err)
	}
	return all
}

// trap says which signals come, until stdin ends or SIGTERM does.
func trap([]string) error {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGCONT, sigwinch)
	fmt.Println("trapping")
	for s := range signals {
		fmt.Println(s)
		if s == sigwinch {
			stty([]string{"size"})
		}
		if s == syscall.SIGTERM {
			break
		}
	}
	return nil
}

func wc(args []string) error {
	set, args, err := flags(args, "lwc")
	if err != nil {
		return err
	}
	return each(args, func(name string, r io.Reader) error {
		all, err := io.ReadAll(r)
		counts := []struct {
			flag byte
			n    int
		}{
			{'l', strings.Count(string(all), "\n")},
			{'w', len(strings.Fields(string(all)))},
			{'c', len(all)},
		}
		var shown []string
		for _, count := range counts {
			if len(set) == 0 || set[count.flag] {
				shown = append(shown, strconv.Itoa(count.n))
			}
		}
		fmt.Println(strings.TrimSpace(strings.Join(shown, " ") + " " + name))
		return err
	})
}

func yes(args []string) error {
	text := "y"
	if len(args) > 0 {
		text = strings.Join(args, " ")
	}
	out := bufio.NewWriter(os.Stdout)
	for {
		if _, err := fmt.Fprintln(out, text); err != nil {
			return err
		}
	}
}
