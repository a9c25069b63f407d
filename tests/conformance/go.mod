module gopherix/conformance

go 1.25
