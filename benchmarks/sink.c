/* An SMTP server that takes every mail and keeps none: what a sender can do, not what a server can.
 *
 *     sink [-w MILLISECONDS] [-t SECONDS] [-o FILE]
 *
 * Listens on a free port of 127.0.0.1 and prints it. Each line on standard input is answered by one
 * on standard output:
 *
 *     mails bytes connections first last cpu
 *
 * first: the first connection, last: the latest final dot, in seconds of CLOCK_MONOTONIC; cpu: our
 * own, in seconds. It ends when standard input does, and after -t seconds in any case.
 *
 *   -w  every reply waits so long, as if the server were far away; nothing else waits for it
 *   -o  the recipients of accepted mails, a line for each, written out with each answer
 *
 * PIPELINING (RFC 2920): all replies to what one read brought leave in one write. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, LINE = 4096, READ = 256 * 1024, REPLIES = 16 * 1024 };

struct connection {
    int fd;
    int data;                  /* inside a mail */
    size_t kept;               /* bytes of the last read that could not be judged yet */
    size_t recipients;         /* bytes in use of: */
    char addresses[LINE];      /* this mail's recipients, a line for each */
    char rest[LINE];
    unsigned waiting;          /* replies that still wait: it must outlive them */
    int closing;
};

struct late {                  /* a reply that waits for its moment */
    struct late *next;
    struct connection *to;
    double due;
    size_t length;
    char bytes[];
};

static struct {
    unsigned long mails, bytes, connections;
    double first, last;
} seen;

static double delay;
static FILE *recipients;
static struct late *queue, **queue_end = &queue;
static int poll_fd;
/* What is read stands behind what was kept of the read before. */
static char before_input[1 + LINE + READ], *const input = before_input + 1;
static char replies[REPLIES];
static size_t replied;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void reply(const char *line)
{
    size_t length = strlen(line);
    if (replied + length <= REPLIES) {
        memcpy(replies + replied, line, length);
        replied += length;
    }
}

static void drop(struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->closing = 1;
    if (!c->waiting)
        free(c);
}

/* Replies are a few bytes into an empty buffer: a peer that does not read them is cut off. */
static int say(struct connection *c, const char *bytes, size_t length)
{
    return c->fd >= 0 && send(c->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void say_later(struct connection *c, const char *bytes, size_t length)
{
    struct late *l = malloc(sizeof *l + length);
    if (!l)
        die("malloc");
    *l = (struct late){.to = c, .due = now() + delay, .length = length};
    memcpy(l->bytes, bytes, length);
    c->waiting++;
    *queue_end = l;
    queue_end = &l->next;
}

/* The delay is the same for all, so the queue is in order. Returns the milliseconds to its head. */
static int say_what_is_due(void)
{
    while (queue) {
        struct late *l = queue;
        double wait = l->due - now();
        if (wait > 0)
            return (int)(wait * 1000) + 1;
        if (!(queue = l->next))
            queue_end = &queue;
        l->to->waiting--;
        if (!say(l->to, l->bytes, l->length) || l->to->closing)
            drop(l->to);
        free(l);
    }
    return -1;
}

/* The byte after CR LF . CR LF, or NULL. */
static char *end_of_mail(char *from, char *end)
{
    for (char *p = from; (p = memchr(p, '\n', end - p)); p++)
        if (end - p >= 4 && p[1] == '.' && p[2] == '\r' && p[3] == '\n' && p[-1] == '\r')
            return p + 4;
    return NULL;
}

static int is(const char *line, size_t length, const char *verb)
{
    size_t n = strlen(verb);
    return length >= n && !strncasecmp(line, verb, n);
}

static void rcpt(struct connection *c, const char *line, size_t length)
{
    const char *open = memchr(line, '<', length);
    const char *close = open ? memrchr(open, '>', length - (open - line)) : NULL;
    if (recipients && close && c->recipients + (close - open) < LINE) {
        size_t n = close - open - 1;
        memcpy(c->addresses + c->recipients, open + 1, n);
        c->addresses[c->recipients + n] = '\n';
        c->recipients += n + 1;
    }
    reply("250 2.1.5 Ok\r\n");
}

/* One command, without its line end. */
static void command(struct connection *c, const char *line, size_t length)
{
    if (is(line, length, "MAIL")) {
        c->recipients = 0;
        reply("250 2.1.0 Ok\r\n");
    } else if (is(line, length, "RCPT")) {
        rcpt(c, line, length);
    } else if (is(line, length, "DATA")) {
        c->data = 1;
        reply("354 End data with <CR><LF>.<CR><LF>\r\n");
    } else if (is(line, length, "EHLO")) {
        reply("250-sink.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
              "250 ENHANCEDSTATUSCODES\r\n");
    } else if (is(line, length, "HELO") || is(line, length, "RSET") || is(line, length, "NOOP")) {
        c->recipients = 0;
        reply("250 2.0.0 Ok\r\n");
    } else if (is(line, length, "QUIT")) {
        c->closing = 1;
        reply("221 2.0.0 Bye\r\n");
    } else {
        reply("502 5.5.2 Not known here\r\n");
    }
}

static void accepted(struct connection *c)
{
    c->data = 0;
    seen.mails++;
    seen.last = now();
    if (recipients)
        fwrite(c->addresses, 1, c->recipients, recipients);
    reply("250 2.0.0 Ok: queued\r\n");
}

/* Judge what stands between *p* and *end*; returns the first byte that must wait for more: of a
 * mail the last four, for its end may lie across the border. */
static char *judge(struct connection *c, char *p, char *end)
{
    while (p < end && !c->closing) {
        if (c->data) {
            char *after = end_of_mail(p, end);
            if (!after)
                return end - p > 4 ? end - 4 : p;
            accepted(c);
            p = after;
        } else {
            char *newline = memchr(p, '\n', end - p);
            if (!newline)
                return p;
            command(c, p, newline - p - (newline > p && newline[-1] == '\r'));
            /* A mail of no lines ends with the dot after the line end of DATA itself. */
            p = newline + 1 - 2 * c->data;
        }
    }
    return p;
}

static void serve(struct connection *c)
{
    char *begin = input + LINE - c->kept;
    ssize_t got = recv(c->fd, input + LINE, READ, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        drop(c);
        return;
    }
    memcpy(begin, c->rest, c->kept);
    begin[-1] = 0;
    seen.bytes += got;
    replied = 0;
    char *end = input + LINE + got, *undecided = judge(c, begin, end);
    c->kept = end - undecided;
    if (c->kept > LINE) { /* a line without an end */
        drop(c);
        return;
    }
    memcpy(c->rest, undecided, c->kept);
    if (replied && delay > 0)
        say_later(c, replies, replied);
    else if ((replied && !say(c, replies, replied)) || c->closing)
        drop(c);
}

static void welcome(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        die("calloc");
    static const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->fd = fd;
    if (!seen.connections++)
        seen.first = now();
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &(struct epoll_event){EPOLLIN, {.ptr = c}});
    static const char banner[] = "220 sink.example.org ESMTP\r\n";
    if (delay > 0)
        say_later(c, banner, sizeof banner - 1);
    else if (!say(c, banner, sizeof banner - 1))
        drop(c);
}

/* Somebody asks; nobody is there any more when the answer is 0. */
static int tell(void)
{
    char question[64];
    if (read(0, question, sizeof question) <= 0)
        return 0;
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    if (recipients)
        fflush(recipients);
    printf("%lu %lu %lu %.6f %.6f %.6f\n", seen.mails, seen.bytes, seen.connections, seen.first,
           seen.last, cpu.tv_sec + cpu.tv_nsec / 1e9);
    fflush(stdout);
    return 1;
}

static int listen_on_a_free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (void *)&at, size) || listen(fd, CONNECTIONS)
        || getsockname(fd, (void *)&at, &size))
        die("listen");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

int main(int count, char **arguments)
{
    unsigned seconds = 600;
    for (int option; (option = getopt(count, arguments, "w:t:o:")) != -1;) {
        if (option == 'w')
            delay = atof(optarg) / 1000;
        else if (option == 't')
            seconds = atoi(optarg);
        else if (option != 'o' || !(recipients = fopen(optarg, "we")))
            die("usage: sink [-w MILLISECONDS] [-t SECONDS] [-o FILE]");
    }
    alarm(seconds); /* its default action is our end */

    static int asker; /* only its address counts */
    int listener = listen_on_a_free_port();
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &(struct epoll_event){EPOLLIN, {.ptr = NULL}});
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &(struct epoll_event){EPOLLIN, {.ptr = &asker}});

    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(poll_fd, events, 256, say_what_is_due());
        for (int i = 0; i < n; i++) {
            void *who = events[i].data.ptr;
            if (!who)
                welcome(listener);
            else if (who != &asker)
                serve(who);
            else if (!tell())
                return 0;
        }
    }
}
