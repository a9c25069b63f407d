module example.com/preemptguest

go 1.25
