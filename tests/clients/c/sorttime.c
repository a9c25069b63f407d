// Computing and time: qsort and bsearch over 100,000 numbers, malloc and realloc, clocks that do not go back, a sleep
// that is not early, arguments and environment. Run with the arguments "one" and "two words" and with NAME=value in
// the environment. Expected output: expected/sorttime.txt.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 100000 };

static int by_value(const void *a, const void *b) {
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
	return (x > y) - (x < y);
}

static long long now(clockid_t clock) {
	struct timespec ts;
	if (clock_gettime(clock, &ts) != 0) {
		perror("clock_gettime");
		exit(1);
	}
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) {
		printf("argument %d: %s\n", i, argv[i]);
	}
	const char *name = getenv("NAME");
	printf("NAME: %s\n", name != NULL ? name : "(not set)");

	unsigned *v = NULL, x = 12345, sum = 0;
	for (size_t size = 1; size <= COUNT; size *= 10) {
		v = realloc(v, size * sizeof *v);
		if (v == NULL) {
			return 1;
		}
	}
	for (int i = 0; i < COUNT; i++) {
		x = x * 1664525 + 1013904223;
		v[i] = x;
		sum += x;
	}
	qsort(v, COUNT, sizeof *v, by_value);
	int sorted = 1;
	for (int i = 1; i < COUNT; i++) {
		sorted &= v[i - 1] <= v[i];
		sum -= v[i];
	}
	printf("sorted: %d, nothing lost: %d\n", sorted, sum == v[0]);
	printf("found: %d\n", bsearch(&x, v, COUNT, sizeof *v, by_value) != NULL);
	free(v);

	long long a = now(CLOCK_MONOTONIC);
	struct timespec ms = {0, 3000000};
	printf("nanosleep: %d\n", nanosleep(&ms, NULL));
	long long b = now(CLOCK_MONOTONIC);
	printf("not early: %d\n", b - a >= 3000000);
	printf("this century: %d\n", now(CLOCK_REALTIME) > 1700000000LL * 1000000000LL);

	unsigned char r[2][16];
	if (getentropy(r[0], 16) != 0 || getentropy(r[1], 16) != 0) {
		perror("getentropy");
	}
	printf("random: %d\n", memcmp(r[0], r[1], 16) != 0);
	return 0;
}
