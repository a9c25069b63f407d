// A guest for the tests of preemption: goroutines that never give way by themselves, and others that must run beside them.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"example.com/spin"
)

func main() {
	switch os.Args[1] {
	case "ticks":
		count, _ := strconv.Atoi(os.Args[2])
		ticks(count)
	case "two":
		two()
	case "stress":
		rounds := 20
		if len(os.Args) > 2 {
			rounds, _ = strconv.Atoi(os.Args[2])
		}
		fmt.Printf("%x\n", stress(rounds))
	case "loop":
		loop()
	}
}

// ticks prints how late the ticks of a ticker came beside a goroutine that only calls functions: of all in order the one at
// the 99th percentile, and the last, in milliseconds.
func ticks(count int) {
	go spin.Forever()
	const period = 50 * time.Millisecond
	start := time.Now()
	ticker := time.NewTicker(period)
	var late []time.Duration
	for n := 1; n <= count; n++ {
		<-ticker.C
		late = append(late, time.Since(start)-time.Duration(n)*period)
	}
	slices.Sort(late)
	at := (len(late)*99+99)/100 - 1
	fmt.Printf("%.1f %.1f\n", late[at].Seconds()*1000, late[len(late)-1].Seconds()*1000)
}

// two is golang/go#60857: goroutines in tight loops, and a timer.
func two() {
	go spin.Forever()
	go spin.Forever()
	<-time.After(200 * time.Millisecond)
	fmt.Println("timer", runtime.NumGoroutine())
}

// loop calls nothing, for ever.
func loop() {
	for x := 1.5; ; x *= 1.5 {
		if x == 0 {
			return
		}
	}
}
