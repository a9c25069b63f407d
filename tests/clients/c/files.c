// Files and directories by wasi-libc: create, append, seek, rename, list sorted, stat, remove.
// Run in an empty writable directory. Expected output: expected/files.txt.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int by_name(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *path) {
	char *names[64];
	int n = 0;
	DIR *dir = opendir(path);
	if (dir == NULL) {
		printf("opendir %s: %s\n", path, strerror(errno));
		return;
	}
	for (struct dirent *d; (d = readdir(dir)) != NULL && n < 64;) {
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
			names[n++] = strdup(d->d_name);
		}
	}
	closedir(dir);
	qsort(names, n, sizeof names[0], by_name);
	printf("%s:", path);
	for (int i = 0; i < n; i++) {
		printf(" %s", names[i]);
		free(names[i]);
	}
	printf("\n");
}

static void show(const char *path) {
	struct stat st;
	if (stat(path, &st) != 0) {
		printf("stat %s: errno is ENOENT: %d\n", path, errno == ENOENT);
		return;
	}
	printf("%s: %s, %lld bytes\n", path, S_ISDIR(st.st_mode) ? "directory" : "file", S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size);
}

int main(void) {
	char buf[64];
	if (mkdir("dir", 0777) != 0) {
		perror("mkdir");
		return 1;
	}
	FILE *f = fopen("dir/one", "w");
	fprintf(f, "line %d\nline %d\n", 1, 2);
	fclose(f);
	f = fopen("dir/one", "a+");
	fputs("line 3\n", f);
	rewind(f);
	while (fgets(buf, sizeof buf, f) != NULL) {
		fputs(buf, stdout);
	}
	fclose(f);

	int fd = open("dir/two", O_RDWR | O_CREAT | O_EXCL, 0666);
	if (write(fd, "0123456789", 10) != 10 || pwrite(fd, "xyz", 3, 4) != 3 || lseek(fd, 2, SEEK_SET) != 2) {
		perror("write");
	}
	ssize_t n = read(fd, buf, sizeof buf);
	printf("two: %.*s\n", (int)n, buf);
	printf("truncate: %d\n", ftruncate(fd, 5));
	close(fd);
	int result = open("dir/two", O_RDWR | O_CREAT | O_EXCL, 0666);
	printf("again: %d, EEXIST: %d\n", result, errno == EEXIST);
	show("dir/two");
	show("dir");
	list("dir");
	printf("rename: %d\n", rename("dir/two", "dir/zwei"));
	printf("symlink: %d\n", symlink("zwei", "dir/link"));
	n = readlink("dir/link", buf, sizeof buf);
	printf("link to: %.*s\n", (int)n, buf);
	list("dir");
	result = rmdir("dir");
	printf("rmdir: %d, ENOTEMPTY: %d\n", result, errno == ENOTEMPTY);
	result = unlink("dir/one") + unlink("dir/zwei") + unlink("dir/link");
	printf("unlink: %d\n", result);
	printf("rmdir: %d\n", rmdir("dir"));
	show("dir");
	return 0;
}
