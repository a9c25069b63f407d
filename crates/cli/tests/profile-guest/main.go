// What profiles are tested with: work in known shares, in functions with and without loops of their own, across goroutines;
// work in system calls; waiting.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

var sink uint64

//go:noinline
func thirty(rounds int) {
	spin(3 * rounds)
}

//go:noinline
func fifty(rounds int) {
	spin(5 * rounds)
}

//go:noinline
func twenty(rounds int) {
	spin(2 * rounds)
}

// spin is one piece of code for all, so that a round costs the same wherever it is called.
//
//go:noinline
func spin(rounds int) {
	x := sink
	for i := 0; i < rounds; i++ {
		x = x*6364136223846793005 + 1442695040888963407
	}
	sink = x
}

//go:noinline
func deep(depth, rounds int) {
	if depth > 0 {
		deep(depth-1, rounds)
		return
	}
	thirty(rounds)
}

func main() {
	rounds, _ := strconv.Atoi(os.Args[2])
	switch os.Args[1] {
	case "shares":
		shares(rounds)
	case "deep":
		deep(40, rounds)
	case "calls":
		calls(rounds)
	case "sleep":
		time.Sleep(time.Duration(rounds) * time.Millisecond)
	case "blocked":
		blocked(rounds)
	case "copies":
		copies(rounds)
	case "until":
		until(os.Args[3])
	}
	fmt.Println("done")
}

// shares works in two goroutines that take turns.
func shares(rounds int) {
	done := make(chan bool)
	// Few and long turns: that many samples fall on each as it has of the time, but for the one at its end.
	const turns = 10
	rounds /= 10 * turns
	go func() {
		for i := 0; i < turns; i++ {
			thirty(rounds)
			twenty(rounds)
		}
		done <- true
	}()
	go func() {
		for i := 0; i < turns; i++ {
			fifty(rounds)
		}
		done <- true
	}()
	<-done
	<-done
}

// calls has the host work.
func calls(rounds int) {
	file, err := os.Create("big")
	if err != nil {
		panic(err)
	}
	block := make([]byte, 1<<20)
	for i := 0; i < rounds; i++ {
		if _, err := file.WriteAt(block, 0); err != nil {
			panic(err)
		}
	}
}

func copies(rounds int) {
	from, to := make([]byte, 1<<20), make([]byte, 1<<20)
	for i := 0; i < rounds; i++ {
		copy(to, from)
	}
}

// blocked leaves goroutines waiting, then waits for the end of the input.
func blocked(count int) {
	never, mutex := make(chan int), new(sync.Mutex)
	mutex.Lock()
	for i := 0; i < count; i++ {
		go receive(never)
		go lock(mutex)
	}
	// Until all have come to where they wait.
	for i := 0; i < 10; i++ {
		runtime.Gosched()
	}
	fmt.Println("blocked")
	over := make(chan int)
	go func() {
		os.Stdin.Read(make([]byte, 1))
		close(over)
	}()
	<-over
}

//go:noinline
func receive(from chan int) {
	<-from
}

//go:noinline
func lock(mutex *sync.Mutex) {
	mutex.Lock()
}

// until works until there is a file.
func until(name string) {
	fmt.Println("working")
	for {
		if _, err := os.Stat(name); err == nil {
			return
		}
		fifty(100_000)
	}
}
