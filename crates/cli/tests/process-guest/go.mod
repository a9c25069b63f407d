module gopherix/process-guest

go 1.25
