// A guest for the command line's tests: does the commands of its arguments in order, separated by "then".
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"
)

var kept []any

func main() {
	args := os.Args[1:]
	for len(args) > 0 {
		command := args
		if end := slices.Index(args, "then"); end >= 0 {
			command, args = args[:end], args[end+1:]
		} else {
			args = nil
		}
		if err := do(command[0], command[1:]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
	}
}

func do(name string, args []string) error {
	switch name {
	case "args":
		fmt.Printf("%q\n", os.Args)
	case "env":
		env := os.Environ()
		slices.Sort(env)
		fmt.Printf("%q\n", env)
	case "cwd":
		cwd, err := os.Getwd()
		fmt.Println(cwd)
		return err
	case "ls":
		entries, err := os.ReadDir(args[0])
		for _, entry := range entries {
			fmt.Println(entry.Name())
		}
		return err
	case "read":
		text, err := os.ReadFile(args[0])
		fmt.Print(string(text))
		return err
	case "write":
		return os.WriteFile(args[0], []byte(args[1]), 0o644)
	case "remove":
		return os.Remove(args[0])
	case "rename":
		return os.Rename(args[0], args[1])
	case "symlink":
		return os.Symlink(args[0], args[1])
	case "cat":
		_, err := io.Copy(os.Stdout, os.Stdin)
		return err
	case "line":
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Println("read", strings.TrimSpace(line))
		return err
	case "say":
		fmt.Println(strings.Join(args, " "))
	case "sleep":
		time.Sleep(time.Hour)
	case "loop":
		for {
		}
	case "eat":
		for {
			block := make([]byte, 1<<20)
			for i := range block {
				block[i] = 1
			}
			kept = append(kept, block)
		}
	case "leak":
		for {
			file, err := os.Open("/")
			if err != nil {
				return err
			}
			kept = append(kept, file)
		}
	case "serve":
		return serve()
	default:
		return fmt.Errorf("no command %q", name)
	}
	return nil
}

// serve echoes one connection of the listener handed in as descriptor 3.
func serve() error {
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	connection, err := listener.Accept()
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = io.Copy(connection, connection)
	return err
}
