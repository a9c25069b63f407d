module example.com/preemptguest

go 1.25

require example.com/spin v0.0.0

replace example.com/spin => ../spin
