// A guest for the tests of tracebacks: programs that crash in many ways, and one that waits to be asked what it does.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"example.com/spin"
)

func main() {
	switch os.Args[1] {
	case "nil":
		done := make(chan int)
		go worker(nil, done)
		<-done
	case "index":
		fmt.Println(element([]int{1, 2, 3}, len(os.Args)+5))
	case "error":
		panic(fmt.Errorf("wrapped: %w", errors.New("cause")))
	case "value":
		panic(tree{value: 1})
	case "deadlock":
		var group sync.WaitGroup
		group.Add(1)
		go stuck(&group)
		group.Wait()
	case "throw":
		var lock sync.Mutex
		release(&lock)
	case "recurse":
		fmt.Println(recurse(0))
	case "wild":
		fmt.Println(wild(0xfffffff0))
	case "exhaust":
		fmt.Println(len(exhaust(nil)))
	case "exit":
		os.Exit(2)
	case "dump":
		dump(os.Args[2])
	}
}

type tree struct {
	left, right *tree
	value       int
}

//go:noinline
func worker(t *tree, done chan int) {
	done <- t.sum()
}

//go:noinline
func (t *tree) sum() int {
	value := 1
	return value + t.value + t.left.sum() + t.right.sum()
}

//go:noinline
func element(list []int, at int) int {
	return inlined(list, at)
}

func inlined(list []int, at int) int {
	return list[at]
}

//go:noinline
func stuck(group *sync.WaitGroup) {
	group.Wait()
}

//go:noinline
func release(lock *sync.Mutex) {
	lock.Unlock()
}

// wild reads from where nothing is, in one line: of the function that traps, the line is not known.
//
//go:noinline
func wild(at uintptr) int { return *(*int)(unsafe.Pointer(at)) }

//go:noinline
func recurse(n int) int {
	return recurse(n+1) + 1
}

// exhaust keeps and uses all the memory there is, a MiB in each call.
//
//go:noinline
func exhaust(kept [][]byte) [][]byte {
	for {
		block := make([]byte, 1<<20)
		for at := 0; at < len(block); at += 4096 {
			block[at] = 1
		}
		kept = append(kept, block)
	}
}

var nobody = make(chan int)

// dump has goroutines in many states, prints what Go says of them, and a line; then its main goroutine sleeps or spins, for
// ever.
func dump(then string) {
	var lock sync.Mutex
	lock.Lock()
	go receives()
	go sends()
	go locks(&lock)
	go selects()
	go func() {
		go deeper(3)
		runtime.Goexit()
	}()
	go time.Sleep(time.Hour)
	time.Sleep(50 * time.Millisecond)
	text := make([]byte, 1<<20)
	fmt.Printf("%s\nready\n", text[:runtime.Stack(text, true)])
	if then == "spin" {
		spin.Forever()
	}
	time.Sleep(time.Hour)
}

func receives() { <-nobody }

func sends() { make(chan int) <- 1 }

func locks(lock *sync.Mutex) { lock.Lock() }

func selects() {
	select {
	case <-nobody:
	case <-make(chan bool):
	}
}

//go:noinline
func deeper(n int) {
	if n == 0 {
		<-nobody
	}
	deeper(n - 1)
}
