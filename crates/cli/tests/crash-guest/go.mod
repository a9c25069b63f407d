module crashguest

go 1.25
