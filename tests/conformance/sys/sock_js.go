package sys

// Sockets do not exist on js.

func Socket(int, int, int) (int, Errno)               { panic(absent("socket")) }
func Socketpair(int, int) (a, b int, e Errno)         { panic(absent("socketpair")) }
func Bind(int, Addr) Errno                            { panic(absent("bind")) }
func Connect(int, Addr) Errno                         { panic(absent("connect")) }
func Listen(int, int) Errno                           { panic(absent("listen")) }
func AcceptFrom(int) (int, Addr, Errno)               { panic(absent("accept")) }
func Getsockname(int) (Addr, Errno)                   { panic(absent("getsockname")) }
func Getpeername(int) (Addr, Errno)                   { panic(absent("getpeername")) }
func Getsockopt(int, int, int) (int, Errno)           { panic(absent("getsockopt")) }
func SocketError(int) (Errno, Errno)                  { panic(absent("getsockopt")) }
func Setsockopt(int, int, int, int) Errno             { panic(absent("setsockopt")) }
func SetLinger(int, int) Errno                        { panic(absent("setsockopt")) }
func Sendmsg(int, []byte, *Addr, ...int) (int, Errno) { panic(absent("sendmsg")) }
func Getaddrinfo(string) ([]string, Errno)            { panic(absent("getaddrinfo")) }
func Getifaddrs() ([]string, Errno)                   { panic(absent("getifaddrs")) }

func Recvmsg(int, []byte, int) (n, flags int, fds []int, from Addr, e Errno) {
	panic(absent("recvmsg"))
}
