package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"runtime"
	"slices"
	"sync"
)

// stress does what moves, grows and collects stacks and memory in many goroutines at once, and returns a hash of all
// results, which does not depend on their order.
func stress(rounds int) uint64 {
	work := []func(int) uint64{frames, deep, garbage, maps, selects, recovers, codes, sorts}
	results := make([]uint64, len(work)*4)
	var wait sync.WaitGroup
	for n := range results {
		wait.Go(func() {
			for round := range rounds {
				results[n] = results[n]*31 + work[n%len(work)](n*100+round)
			}
		})
	}
	wait.Wait()
	hash := fnv.New64a()
	fmt.Fprint(hash, results)
	return hash.Sum64()
}

// frames calls functions of large frames, whose stack checks add to the guard.
func frames(seed int) uint64 {
	var sum uint64
	for n := range 500 {
		sum += large(seed+n, n%20)
	}
	return sum
}

//go:noinline
func large(seed, depth int) uint64 {
	var frame [4096]byte
	for at := range frame {
		frame[at] = byte(seed + at)
	}
	if depth == 0 {
		return uint64(frame[seed&4095])
	}
	sum := large(seed*7+1, depth-1)
	for at := 0; at < len(frame); at += 64 {
		if frame[at] != byte(seed+at) {
			panic("a frame was overwritten")
		}
	}
	return sum + uint64(frame[depth])
}

func deep(seed int) uint64 {
	if seed <= 0 {
		return 1
	}
	return down(2000+seed%500) * uint64(seed)
}

//go:noinline
func down(n int) uint64 {
	if n == 0 {
		return 1
	}
	return down(n-1)*3 + uint64(n)
}

type tree struct {
	left, right *tree
	value       int
}

func garbage(seed int) uint64 {
	root := grow(10, seed)
	if seed%7 == 0 {
		runtime.GC()
	}
	return root.sum()
}

func grow(depth, value int) *tree {
	if depth == 0 {
		return nil
	}
	return &tree{grow(depth-1, value*2), grow(depth-1, value*2+1), value}
}

func (t *tree) sum() uint64 {
	if t == nil {
		return 0
	}
	return t.left.sum() + t.right.sum()*3 + uint64(t.value)
}

func maps(seed int) uint64 {
	counts := map[string]int{}
	for n := range 2000 {
		counts[fmt.Sprint((seed+n)%300)] += n
	}
	var sum uint64
	for key, count := range counts {
		sum += uint64(len(key) * count)
	}
	return sum
}

func selects(seed int) uint64 {
	left, right, done := make(chan int), make(chan int, 3), make(chan bool)
	send := func(to chan int) {
		for n := range 200 {
			to <- n + seed
		}
		done <- true
	}
	go send(left)
	go send(right)
	var sum uint64
	for open := 2; open > 0; {
		select {
		case n := <-left:
			sum += uint64(n)
		case n := <-right:
			sum += uint64(n) * 3
		case <-done:
			open--
		}
	}
	for len(right) > 0 {
		sum += uint64(<-right) * 3
	}
	return sum
}

func recovers(seed int) (sum uint64) {
	for n := range 100 {
		sum += faults(seed, n)
	}
	return sum
}

func faults(seed, n int) (sum uint64) {
	defer func() {
		if recover() != nil {
			sum = uint64(seed + n)
		}
	}()
	var nothing *tree
	list := make([]int, n)
	if n%2 == 0 {
		return uint64(nothing.value)
	}
	return uint64(list[n])
}

type record struct {
	Name   string            `json:"name"`
	Values []float64         `json:"values"`
	Tags   map[string]string `json:"tags"`
}

func codes(seed int) uint64 {
	in := record{fmt.Sprint(seed), nil, map[string]string{}}
	for n := range 100 {
		in.Values = append(in.Values, float64(seed+n)/8)
		in.Tags[fmt.Sprint("k", n)] = fmt.Sprint(seed - n)
	}
	text, err := json.Marshal(in)
	var out record
	if err != nil || json.Unmarshal(text, &out) != nil || len(out.Tags) != 100 || out.Values[99] != in.Values[99] {
		panic("JSON came back otherwise")
	}
	return uint64(len(text))
}

func sorts(seed int) uint64 {
	list := make([]int, 3000)
	x := uint32(seed)*2654435761 + 1
	for n := range list {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		list[n] = int(x % 100_000)
	}
	slices.SortFunc(list, func(a, b int) int { return a - b })
	if !slices.IsSorted(list) {
		panic("not sorted")
	}
	return uint64(list[1500])
}
