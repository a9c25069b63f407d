// A guest for the command line's tests of GOOS=js: does what its first argument says.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall/js"
	"time"
)

var commands = map[string]func(args []string) error{
	"say":     say,
	"exit":    exit,
	"library": library,
	"async":   asyncLibrary,
	"throw":   throw,
	"panic":   panics,
	"stuck":   stuck,
	"pending": pending,
	"tick":    tick,
	"global":  global,
	"fetch":   fetch,
	"loop":    loop,
	"eat":     eat,
	"stat":    stat,
	"stats":   stats,
	"opens":   opens,
	"fill":    fill,
}

func main() {
	if len(os.Args) < 2 {
		return
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func say(args []string) error {
	fmt.Println(strings.Join(args, " "))
	return nil
}

func exit(args []string) error {
	code, err := strconv.Atoi(args[0])
	if err == nil {
		os.Exit(code)
	}
	return err
}

// A library in the style of npm packages made with Go: an object of functions, some of which return promises.
func library([]string) error {
	js.Global().Set("lib", map[string]any{
		"add": js.FuncOf(func(_ js.Value, args []js.Value) any {
			return args[0].Int() + args[1].Int()
		}),
		"later": js.FuncOf(func(_ js.Value, args []js.Value) any {
			return promise(func() (any, error) {
				time.Sleep(time.Duration(args[1].Int()) * time.Millisecond)
				if args[0].Type() != js.TypeString {
					return nil, errors.New("later takes a string")
				}
				return strings.ToUpper(args[0].String()), nil
			})
		}),
		"exit": js.FuncOf(func(_ js.Value, args []js.Value) any {
			os.Exit(args[0].Int())
			return nil
		}),
	})
	select {}
}

// As library, but what it registers is there only after it has waited.
func asyncLibrary(args []string) error {
	time.Sleep(10 * time.Millisecond)
	return library(args)
}

func promise(work func() (any, error)) js.Value {
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			if value, err := work(); err != nil {
				reject.Invoke(js.Global().Get("Error").New(err.Error()))
			} else {
				resolve.Invoke(value)
			}
		}()
		return nil
	})
	defer executor.Release()
	return js.Global().Get("Promise").New(executor)
}

// Calls a global function with the rest of the arguments.
func throw(args []string) (err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case js.Error:
			err = fmt.Errorf("%w (a %s)", e, e.Get("name"))
		default:
			panic(e)
		}
	}()
	rest := make([]any, 0, len(args))
	for _, arg := range args[1:] {
		rest = append(rest, arg)
	}
	fmt.Println(js.Global().Call(args[0], rest...))
	return nil
}

func panics([]string) error {
	js.Global().Call("setTimeout", js.FuncOf(func(js.Value, []js.Value) any {
		panic("in a callback")
	}), 1)
	select {}
}

func stuck([]string) error {
	<-make(chan int)
	return nil
}

// Leaves a timer, a promise's callback and a goroutine behind. Nothing here waits, so that none of them runs before the end.
func pending([]string) error {
	late := js.FuncOf(func(js.Value, []js.Value) any {
		println("too late")
		return nil
	})
	js.Global().Set("late", late)
	js.Global().Call("setTimeout", late, 0)
	js.Global().Get("Promise").Call("resolve").Call("then", late)
	time.AfterFunc(0, func() {
		time.Sleep(time.Millisecond)
		println("too late")
	})
	println("done")
	return nil
}

// Ticks until its input ends; a line after three ticks asks for it, so that both must go on at once.
func tick([]string) error {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- in.Text()
		}
	}()
	ticker := time.NewTicker(time.Millisecond)
	for ticks := 0; ; {
		select {
		case <-ticker.C:
			if ticks++; ticks == 3 {
				fmt.Println("ready")
			}
		case line, ok := <-lines:
			if !ok {
				return nil
			}
			fmt.Println("read", line, ticks >= 3)
		}
	}
}

func global(args []string) error {
	value := js.Global().Get(args[0])
	if len(args) > 1 {
		fmt.Println(value.Call(args[1]))
		return nil
	}
	fmt.Println(value)
	return nil
}

func fetch(args []string) error {
	response, err := http.Get(args[0])
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	fmt.Println(response.StatusCode, string(body))
	return err
}

func loop([]string) error {
	fmt.Println("looping")
	for {
	}
}

func eat([]string) error {
	var kept [][]byte
	for {
		kept = append(kept, make([]byte, 1<<20))
		kept[len(kept)-1][0] = 1
	}
}

func stat(args []string) error {
	info, err := os.Stat(args[0])
	if err == nil {
		fmt.Println(info.Name(), info.Size())
	}
	return err
}

// Opens a directory and the files 1 to 4 in it, of as many bytes, over and over, from goroutines that run by turns.
func opens(args []string) error {
	if err := os.Chdir(args[0]); err != nil {
		return err
	}
	var group sync.WaitGroup
	failed := make(chan error, 4)
	for size := range int64(4) {
		group.Go(func() {
			for range 100 {
				if err := openSized(strconv.FormatInt(size+1, 10), size+1); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	dir, err := os.Open("sub")
	if err != nil {
		return err
	}
	group.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return err
	}
	// Where it is was found out when it was opened.
	if err := errors.Join(os.Chdir("/"), dir.Chdir()); err != nil {
		return err
	}
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	fmt.Println(wd, names)
	return err
}

func openSized(name string, size int64) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && (info.IsDir() || info.Size() != size) {
		err = fmt.Errorf("%s is another file", name)
	}
	return err
}

// As many goroutines as the number says, each with one os.Stat.
func stats(args []string) error {
	count, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	failed := make(chan error, count)
	for range count {
		all.Go(func() {
			if _, err := os.Stat(args[1]); err != nil {
				failed <- err
			}
		})
	}
	all.Wait()
	fmt.Println(count, "done,", len(failed), "failed")
	return nil
}

// Writes as many numbered lines as the number says; for ever if it is 0.
func fill(args []string) error {
	count, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for line := 1; count == 0 || line <= count; line++ {
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}
