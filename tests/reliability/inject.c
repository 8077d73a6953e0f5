/*
 * Has one call of a program to the system fail: loaded before the C library (LD_PRELOAD), told by a file that it shares
 * with the test (FAULTS_BOARD) at which call and how. All processes of the program count together. The clock can be wrong.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define CALLS 1000000
#define KILL (-9)
#define SHORT (-2)
#define LARGE (128 << 10) /* From here on malloc asks the system for memory. */

struct board {
    int64_t target, fault, count, hit, clock;
    uint8_t calls[CALLS];
};

static struct board *board;
static int counting;

/* Count the calls of this process from now on. */
void faults_begin(void) { counting = 1; }

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULTS_BOARD");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *memory = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory != MAP_FAILED)
        board = memory;
    counting = board && getenv("FAULTS_COUNTED") != NULL;
}

/* What is to become of this call: 0 nothing, an errno, or SHORT; KILL ends the process. */
static int fault_of(int call)
{
    if (!counting || !board)
        return 0;
    int64_t number = __atomic_fetch_add(&board->count, 1, __ATOMIC_RELAXED);
    if (number < CALLS)
        board->calls[number] = (uint8_t)call;
    if (number != board->target)
        return 0;
    board->hit = call + 1;
    if (board->fault == KILL)
        kill(getpid(), SIGKILL);
    return (int)board->fault;
}

/* A fault of the disk is none of a pipe or a socket. */
static int fault_of_file(int call, int file)
{
    int fault = fault_of(call);
    struct stat about;
    if ((fault == EIO || fault == ENOSPC) && !(syscall(SYS_fstat, file, &about) == 0 && S_ISREG(about.st_mode)))
        fault = board->hit = 0;
    return fault;
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) \
        next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name);

/* A call that gives `bad` and sets errno; `number` is its place in the list of names that the test has. */
#define FAILS(number, type, bad, name, parameters, ...) \
    type name parameters \
    { \
        NEXT(name) \
        int fault = fault_of(number); \
        if (fault > 0) { \
            errno = fault; \
            return bad; \
        } \
        return next(__VA_ARGS__); \
    }

/* One that may do half of what it was asked for. */
#define HALVES(number, name, parameters, count, ...) \
    ssize_t name parameters \
    { \
        NEXT(name) \
        int fault = fault_of_file(number, file); \
        if (fault > 0) { \
            errno = fault; \
            return -1; \
        } \
        if (fault == SHORT && count > 1) \
            count /= 2; \
        return next(__VA_ARGS__); \
    }

#define OPENS(number, name, parameters, flags, ...) \
    int name parameters \
    { \
        NEXT(name) \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        int fault = fault_of((flags & O_CREAT) ? number + 1 : number); \
        if (fault > 0) { \
            errno = fault; \
            return -1; \
        } \
        return next(__VA_ARGS__, flags, mode); \
    }

OPENS(0, open, (const char *path, int flags, ...), flags, path)
OPENS(0, open64, (const char *path, int flags, ...), flags, path)
OPENS(0, openat, (int folder, const char *path, int flags, ...), flags, folder, path)
OPENS(0, openat64, (int folder, const char *path, int flags, ...), flags, folder, path)
FAILS(0, FILE *, NULL, fopen, (const char *path, const char *mode), path, mode)
FAILS(0, FILE *, NULL, fopen64, (const char *path, const char *mode), path, mode)
FAILS(2, DIR *, NULL, opendir, (const char *path), path)
FAILS(3, struct dirent64 *, NULL, readdir64, (DIR *folder), folder)
HALVES(4, read, (int file, void *data, size_t size), size, file, data, size)
HALVES(4, pread64, (int file, void *data, size_t size, off64_t offset), size, file, data, size, offset)
HALVES(5, write, (int file, const void *data, size_t size), size, file, data, size)
HALVES(5, pwrite64, (int file, const void *data, size_t size, off64_t offset), size, file, data, size, offset)
FAILS(6, ssize_t, -1, writev, (int file, const struct iovec *parts, int count), file, parts, count)
FAILS(7, int, -1, fsync, (int file), file)
FAILS(7, int, -1, fdatasync, (int file), file)
FAILS(8, int, -1, rename, (const char *from, const char *to), from, to)
FAILS(8, int, -1, renameat, (int a, const char *from, int b, const char *to), a, from, b, to)
FAILS(9, int, -1, mkdir, (const char *path, mode_t mode), path, mode)
FAILS(10, int, -1, rmdir, (const char *path), path)
FAILS(11, int, -1, unlink, (const char *path), path)
FAILS(11, int, -1, unlinkat, (int folder, const char *path, int flags), folder, path, flags)
FAILS(12, int, -1, symlink, (const char *to, const char *path), to, path)
FAILS(13, int, -1, link, (const char *from, const char *to), from, to)
FAILS(13, int, -1, linkat, (int a, const char *from, int b, const char *to, int flags), a, from, b, to, flags)
FAILS(14, ssize_t, -1, readlink, (const char *path, char *to, size_t size), path, to, size)
FAILS(15, int, -1, stat64, (const char *path, struct stat64 *into), path, into)
FAILS(15, int, -1, lstat64, (const char *path, struct stat64 *into), path, into)
FAILS(15, int, -1, fstat64, (int file, struct stat64 *into), file, into)
FAILS(15, int, -1, fstatat64, (int folder, const char *path, struct stat64 *into, int flags), folder, path, into, flags)
FAILS(16, int, -1, ftruncate64, (int file, off64_t size), file, size)
FAILS(17, void *, MAP_FAILED, mmap, (void *at, size_t size, int may, int flags, int file, off_t offset), \
      at, size, may, flags, file, offset)
FAILS(17, void *, MAP_FAILED, mmap64, (void *at, size_t size, int may, int flags, int file, off64_t offset), \
      at, size, may, flags, file, offset)
FAILS(18, int, -1, flock, (int file, int how), file, how)
FAILS(19, off64_t, -1, lseek64, (int file, off64_t to, int from), file, to, from)
FAILS(20, int, -1, pipe2, (int ends[2], int flags), ends, flags)
FAILS(20, int, -1, socketpair, (int family, int type, int protocol, int ends[2]), family, type, protocol, ends)
FAILS(20, int, -1, socket, (int family, int type, int protocol), family, type, protocol)
FAILS(20, int, -1, epoll_create1, (int flags), flags)
FAILS(20, int, -1, accept4, (int file, struct sockaddr *from, socklen_t *size, int flags), file, from, size, flags)
FAILS(21, int, -1, epoll_ctl, (int set, int what, int file, struct epoll_event *event), set, what, file, event)
FAILS(22, int, -1, bind, (int file, const struct sockaddr *to, socklen_t size), file, to, size)
FAILS(22, int, -1, listen, (int file, int backlog), file, backlog)
FAILS(23, ssize_t, -1, sendmsg, (int file, const struct msghdr *message, int flags), file, message, flags)
HALVES(24, send, (int file, const void *data, size_t size, int flags), size, file, data, size, flags)
FAILS(25, ssize_t, -1, recvmsg, (int file, struct msghdr *message, int flags), file, message, flags)
FAILS(26, pid_t, -1, fork, (void), )
FAILS(27, int, -1, chmod, (const char *path, mode_t mode), path, mode)
FAILS(27, int, -1, fchmod, (int file, mode_t mode), file, mode)
FAILS(28, int, -1, execve, (const char *path, char *const arguments[], char *const variables[]), \
      path, arguments, variables)

/* The wall clock, wrong by as many seconds as the board says. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    NEXT(clock_gettime)
    int result = next(clock, now);
    if (board && clock == CLOCK_REALTIME && result == 0)
        now->tv_sec += board->clock;
    return result;
}

/* Closed all the same, as Linux does it. */
int close(int file)
{
    NEXT(close)
    int fault = fault_of_file(29, file), result = next(file);
    if (fault <= 0)
        return result;
    errno = fault;
    return -1;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*work)(void *), void *with)
{
    NEXT(pthread_create)
    int fault = fault_of(30);
    return fault > 0 ? fault : next(thread, how, work, with);
}

/* dlsym itself may allocate, but never so much. */
void *malloc(size_t size)
{
    extern void *__libc_malloc(size_t);
    if (size >= LARGE && fault_of(31) > 0) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_malloc(size);
}

void *realloc(void *old, size_t size)
{
    extern void *__libc_realloc(void *, size_t);
    if (size >= LARGE && fault_of(31) > 0) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(old, size);
}
