/* An SMTP sender that does nothing but send: what handing over costs when nothing else does.
 *
 *     source PORT MAILS CONNECTIONS [WORK] < MAIL
 *
 * Sends one mail, ready for the wire and without its final dot, so many times to 127.0.0.1:PORT. As
 * with us (PIPELINING, RFC 2920), one write carries a body, its dot and the next envelope, and a
 * connection has one mail at a time without an answer. Before each mail it is busy for WORK
 * microseconds, as who makes the mail would be: a server that has nothing to do meanwhile falls
 * asleep, and it is the sender who pays for waking it. Prints the CPU of one mail in microseconds,
 * WORK left out. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 256, SIZE = 1 << 20, READ = 64 * 1024 };

static const char envelope[] =
    "MAIL FROM:<bounces@harbour.example.org>\r\nRCPT TO:<reader@example.org>\r\nDATA\r\n";
static char out[SIZE], in[READ];
static int sockets[MOST], lines[MOST];

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void put(int fd, const char *bytes, size_t length)
{
    while (length) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            die("send");
        bytes += n;
        length -= n;
    }
}

/* Reads once; returns how many lines ended. */
static int hear(int fd)
{
    ssize_t n = read(fd, in, sizeof in);
    int ended = 0;
    if (n <= 0)
        die("read");
    for (char *p = in; (p = memchr(p, '\n', in + n - p)); p++)
        ended++;
    return ended;
}

/* Greeting, EHLO and the first envelope: its last reply asks for the body. */
static int open_to(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (void *)&at, sizeof at))
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    hear(fd);
    put(fd, "EHLO here\r\n", 11);
    hear(fd);
    put(fd, envelope, sizeof envelope - 1);
    for (int heard = 0; heard < 3;)
        heard += hear(fd);
    return fd;
}

int main(int count, char **arguments)
{
    if (count < 4)
        return 2;
    int port = atoi(arguments[1]), mails = atoi(arguments[2]), connections = atoi(arguments[3]);
    double work = count > 4 ? atof(arguments[4]) : 0, begun, worked = 0;
    size_t length = fread(out, 1, SIZE - 1024, stdin);
    length += sprintf(out + length, ".\r\n%s", envelope);
    int poll_fd = epoll_create1(EPOLL_CLOEXEC), sent = 0, answered = 0;
    if (connections > MOST)
        connections = MOST;
    for (int i = 0; i < connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        sockets[i] = open_to(port);
        epoll_ctl(poll_fd, EPOLL_CTL_ADD, sockets[i], &event);
    }
    begun = cpu();
    for (; sent < connections && sent < mails; sent++)
        put(sockets[sent], out, length);
    while (answered < mails) {
        struct epoll_event events[MOST];
        int ready = epoll_wait(poll_fd, events, MOST, -1);
        for (int e = 0; e < ready; e++) {
            int i = events[e].data.u32;
            if ((lines[i] += hear(sockets[i])) < 4)
                continue;
            lines[i] -= 4;
            answered++;
            if (sent == mails)
                continue;
            double from = cpu(), now = from;
            while (now - from < work)
                now = cpu();
            worked += now - from;
            put(sockets[i], out, length);
            sent++;
        }
    }
    printf("%.2f\n", (cpu() - begun - worked) / mails);
    return 0;
}
