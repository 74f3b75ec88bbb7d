/* Native runtime of sx programs: traps with their stack traces, crash reports, and error return traces.
 * Linked into every program. It allocates nothing and writes with write(2), so that it works in any state. */
#define _GNU_SOURCE
#if defined(__linux__) && !defined(__EMSCRIPTEN__)
#define LINUX 1
#endif
#if defined(LINUX) || defined(__APPLE__)
#define SIGNALS 1
#endif
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(LINUX)
#include <ucontext.h>
#endif
#if defined(SIGNALS)
#include <unistd.h>
#endif
#include "sxlines.h"
/* Where a frame pointer points to {caller's frame pointer, return address}, these records are followed; elsewhere the
 * stack is walked by unwind tables. */
#if defined(SIGNALS) && (defined(__x86_64__) || defined(__aarch64__))
#define FRAME_RECORDS 1
#elif defined(LINUX)
#define UNWIND_TABLES 1
#include <unwind.h>
#endif

/* ---- output ---- */

typedef struct {
    char bytes[1024];
    size_t used;
} Out;

static void flush(Out *out) {
#if defined(SIGNALS)
    size_t at = 0;
    while (at < out->used) {
        ssize_t n = write(2, out->bytes + at, out->used - at);
        if (n <= 0) break;
        at += (size_t)n;
    }
#else
    fwrite(out->bytes, 1, out->used, stderr);
    fflush(stderr);
#endif
    out->used = 0;
}

static void put(Out *out, const char *text, size_t len) {
    while (len > 0) {
        if (out->used == sizeof out->bytes) flush(out);
        size_t part = sizeof out->bytes - out->used;
        if (part > len) part = len;
        memcpy(out->bytes + out->used, text, part);
        out->used += part;
        text += part;
        len -= part;
    }
}

static void puts_(Out *out, const char *text) { put(out, text, strlen(text)); }

static void put_number(Out *out, uint64_t value, unsigned base) {
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    put(out, digits + at, sizeof digits - at);
}

static void put_signed(Out *out, int64_t value) {
    if (value < 0) {
        puts_(out, "-");
        put_number(out, (uint64_t)0 - (uint64_t)value, 10);
    } else {
        put_number(out, (uint64_t)value, 10);
    }
}

/* ---- traps ---- */

/* Order and texts are those of the compiler's table; a test compares the two. */
const char *const sx_trap_messages[] = {
    "index %d is out of range for length %d",
    "slice bound %d is out of range (at most %d)",
    "integer division by zero",
    "shift by %d is out of range for a width of %d bits",
    "unwrapped an absent optional",
    "the active variant has tag %d, but tag %d was read",
    "null pointer dereference",
    "invalid memory access at 0x%x (%d bytes)",
    "write to constant storage",
    "call through a null or invalid function pointer",
    "call through a function pointer of another type",
    "reached code that must not be reached",
    "free of 0x%x, which is no live allocation",
    "operation not available at compile time",
    "the program aborted",
};
const unsigned sx_trap_message_count = sizeof sx_trap_messages / sizeof *sx_trap_messages;

/* Made by the compiler. Texts are offsets into `__sx_texts`. */
typedef struct {
    uint32_t kind;
    uint32_t file;
    uint32_t line;
    uint32_t col;
    uint32_t func;
    /* Row (plus one) of the place that the function was inlined at; 0: it was not. */
    uint32_t at;
} SxPlace;

/* Functions by the distance of their code from the table. */
typedef struct {
    int32_t code;
    uint32_t name;
} SxFunction;

#if defined(LINUX)
/* Weak, so that C programs can use the runtime too. */
#define FROM_COMPILER __attribute__((weak, visibility("hidden")))
#else
#define FROM_COMPILER
#endif
extern const SxPlace __sx_places[] FROM_COMPILER;
extern const SxFunction __sx_fn_table[] FROM_COMPILER;
extern const uint64_t __sx_fn_count FROM_COMPILER;
extern const char __sx_texts[] FROM_COMPILER;
#if defined(LINUX)
extern const char etext[];
#endif

static void put_message(Out *out, unsigned kind, uint64_t a, uint64_t b) {
    const char *text = kind < sx_trap_message_count ? sx_trap_messages[kind] : "unknown trap";
    uint64_t operands[2] = {a, b};
    unsigned next = 0;
    puts_(out, "error: ");
    for (; *text; text++) {
        if (*text != '%') {
            put(out, text, 1);
            continue;
        }
        text++;
        uint64_t value = next < 2 ? operands[next++] : 0;
        if (*text == 'd') put_signed(out, (int64_t)value);
        else if (*text == 'x') put_number(out, value, 16);
        else if (*text) put(out, text, 1);
        else break;
    }
    puts_(out, "\n");
}

/* Name of the function that contains an address, empty for one that the compiler made for itself; NULL if it is none of
 * the program's sx functions. */
static const char *function_at(uintptr_t pc) {
#if defined(LINUX)
    if (!__sx_fn_table || !__sx_texts || !&__sx_fn_count) return NULL;
    if (pc >= (uintptr_t)etext) return NULL;
#endif
    uintptr_t best = 0;
    const char *name = NULL;
    for (uint64_t i = 0; i < __sx_fn_count; i++) {
        uintptr_t start = (uintptr_t)__sx_fn_table + (intptr_t)__sx_fn_table[i].code;
        if (start <= pc && start >= best) {
            best = start;
            name = __sx_texts + __sx_fn_table[i].name;
        }
    }
    return name;
}

/* ---- stacks ---- */

/* Frames kept of a stack, half of them from each end. */
enum { KEPT = 64 };

/* Calls shown at each end of a long stack, as where an engine runs the program. */
enum { SHOWN = 20 };

enum { INLINED = 512 };

typedef struct {
    const char *name;
    Position at;
} Call;

/* One thread reports, on a stack that may be small. */
static struct {
    uint64_t pcs[KEPT];
    const char *names[KEPT];
    uint64_t total;
    Position positions[KEPT];
    Inlined inlined[INLINED];
    Call calls[KEPT + INLINED];
    unsigned count;
    /* Calls before the frames that were not kept. */
    unsigned gap;
} report;

/* The rest of a report of this thread; others wait for the end of the program. */
static void begin_report(void) {
#if defined(SIGNALS)
    static __thread int mine;
    static int taken;
    if (mine++) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    while (__atomic_exchange_n(&taken, 1, __ATOMIC_SEQ_CST)) pause();
#endif
}

static void add_call(const char *name, Position at) {
    if (!*name || report.count == sizeof report.calls / sizeof *report.calls) return;
    report.calls[report.count].name = name;
    report.calls[report.count].at = at;
    report.count++;
}

/* Name of the function at `pc`, looked up once for the frames of a recursion. */
static const char *known_function_at(uintptr_t pc) {
    static struct {
        uintptr_t pc;
        const char *name;
    } known[64];
    unsigned slot = (unsigned)((pc ^ pc >> 6) % 64);
    if (known[slot].pc != pc) {
        known[slot].pc = pc;
        known[slot].name = function_at(pc);
    }
    return known[slot].name;
}

/* Adds the frame that `pc` is in, if it is one of the program's functions. */
static void add_frame(uintptr_t pc) {
    const char *name = known_function_at(pc);
    if (!name) return;
    uint64_t slot = report.total;
    if (slot >= KEPT) slot = KEPT / 2 + (slot - KEPT / 2) % (KEPT / 2);
    report.pcs[slot] = pc;
    report.names[slot] = name;
    report.total++;
}

enum { DEEPEST = 1 << 20 };

#if defined(FRAME_RECORDS)
/* Copies memory that may not be there: the kernel checks it on the way through a pipe. Asking the thread library for
 * the bounds of the stack instead could allocate, and hang a program that crashed while allocating. */
static int read_words(const int pipes[2], uintptr_t address, uintptr_t words[2]) {
    size_t size = 2 * sizeof *words;
    return write(pipes[1], (const void *)address, size) == (ssize_t)size && read(pipes[0], words, size) == (ssize_t)size;
}
#endif

#if defined(UNWIND_TABLES)
typedef struct {
    uintptr_t pc;
    unsigned depth;
    int begun;
} Walk;

static _Unwind_Reason_Code add_unwound(struct _Unwind_Context *context, void *data) {
    Walk *walk = data;
    int exact = 0;
    uintptr_t pc = (uintptr_t)_Unwind_GetIPInfo(context, &exact);
    if (!exact) pc--;
    if (++walk->depth > DEEPEST) return _URC_END_OF_STACK;
    /* The handler's own frames come first. */
    if (!walk->begun && pc != walk->pc) return _URC_NO_REASON;
    walk->begun = 1;
    add_frame(pc);
    return _URC_NO_REASON;
}
#endif

/* Walks the stack: `pc` is in the innermost function, `frame` is its frame record. */
static void add_frames(uintptr_t pc, uintptr_t frame) {
#if defined(UNWIND_TABLES)
    (void)frame;
    Walk walk = {pc, 0, 0};
    _Unwind_Backtrace(add_unwound, &walk);
    /* Unwinding may not get through what crashed. */
    if (!walk.begun) add_frame(pc);
#elif defined(FRAME_RECORDS)
    int pipes[2];
    int walk = pipe(pipes) == 0;
    for (unsigned depth = 0; depth < DEEPEST; depth++) {
        add_frame(pc);
        uintptr_t words[2];
        if (!walk || frame % sizeof *words != 0 || !read_words(pipes, frame, words)) break;
        pc = words[1] - 1;
        /* Callers are further up; whatever is not was made without frame records. */
        if (words[0] <= frame) words[0] = 1;
        frame = words[0];
    }
    if (walk) {
        close(pipes[0]);
        close(pipes[1]);
    }
#else
    (void)frame;
    add_frame(pc);
#endif
}

/* Turns frames into calls, those that were inlined among them. The first `known` calls are there already: they lead to
 * `known[-1]`, which is part of the innermost frame. */
static void add_calls(void) {
    unsigned known = report.count;
    unsigned kept = report.total < KEPT ? (unsigned)report.total : KEPT;
    unsigned used = look_up(report.pcs, kept, report.positions, report.inlined, INLINED);
    for (unsigned i = 0; i < kept; i++) {
        unsigned frame = i;
        if (report.total > KEPT && i >= KEPT / 2) {
            frame = KEPT / 2 + (unsigned)((report.total + i - KEPT / 2) % (KEPT / 2));
            if (i == KEPT / 2) report.gap = report.count;
        }
        unsigned first = report.count;
        Position at = report.positions[frame];
        for (unsigned j = used; j-- > 0;) {
            if (report.inlined[j].pc != frame) continue;
            add_call(report.inlined[j].name, at);
            at = report.inlined[j].call;
        }
        const char *name = report.names[frame];
        /* `main` may be part of the function that starts the program. */
        if (i == 0 && !*name && report.count == 0) name = "main";
        add_call(name, at);
        if (i > 0 || known == 0) continue;
        /* What has been known of the innermost frame; code that several calls share may have lost some of them. */
        const char *last = report.calls[known - 1].name;
        unsigned same = first + known - 1;
        while (same < report.count && strcmp(report.calls[same].name, last) != 0) same++;
        if (same >= report.count) {
            for (same = first; same < report.count && strcmp(report.calls[same].name, last) != 0;) same++;
        }
        if (same >= report.count) continue;
        unsigned rest = report.count - (same + 1);
        memmove(&report.calls[first], &report.calls[same + 1], rest * sizeof(Call));
        report.count = first + rest;
    }
}

static void put_call(Out *out, const Call *call) {
    puts_(out, "  ");
    puts_(out, call->name);
    if (call->at.line != 0) {
        const char *folder = call->at.folder;
        puts_(out, " at ");
        puts_(out, folder);
        if (*folder && folder[strlen(folder) - 1] != '/') puts_(out, "/");
        puts_(out, call->at.file);
        puts_(out, ":");
        put_number(out, call->at.line, 10);
        puts_(out, ":");
        /* Line tables have no column for a function's prologue: it is the line of the function's declaration. */
        put_number(out, call->at.col ? call->at.col : 1, 10);
    }
    puts_(out, "\n");
}

/* The program's calls, innermost first, after those that are known already. */
static void put_stack(Out *out, uintptr_t pc, uintptr_t frame) {
    add_frames(pc, frame);
    add_calls();
    for (unsigned i = 0; i < report.count; i++) {
        if (report.count > 2 * SHOWN && i == SHOWN) {
            puts_(out, "  ...");
            if (!report.gap) {
                puts_(out, " ");
                put_number(out, report.count - 2 * SHOWN, 10);
                puts_(out, " more");
            }
            puts_(out, "\n");
            i = report.count - SHOWN;
        }
        put_call(out, &report.calls[i]);
    }
}

static void die(void) {
    signal(SIGABRT, SIG_DFL);
    abort();
}

__attribute__((noreturn, cold, noinline)) void sx_trap(uint32_t number, uint64_t a, uint64_t b) {
    const SxPlace *place = &__sx_places[number];
    Out out;
    out.used = 0;
    begin_report();
    put_message(&out, place->kind, a, b);
    flush(&out);
    /* Functions that the compiler copied into their callers have no frames of their own. */
    for (;; place = &__sx_places[place->at - 1]) {
        Position at = {"", __sx_texts + place->file, place->line, place->col};
        add_call(__sx_texts + place->func, at);
        if (!place->at) break;
    }
    uintptr_t pc = (uintptr_t)__builtin_return_address(0) - 1;
#if defined(FRAME_RECORDS)
    uintptr_t frame = *(const uintptr_t *)__builtin_frame_address(0);
#else
    uintptr_t frame = 0;
#endif
    put_stack(&out, pc, frame);
    flush(&out);
    die();
    __builtin_unreachable();
}

#if defined(SIGNALS)
/* ---- crashes ---- */

/* As far behind null as engines have no memory; where addresses are scarce, memory may lie nearer. */
enum { NULL_RANGE = sizeof(void *) == 4 ? 65536 : 1 << 28 };

/* A fault whose address the machine does not tell. */
#if defined(LINUX)
#define FROM_KERNEL(info) ((info)->si_code == SI_KERNEL)
#else
#define FROM_KERNEL(info) 0
#endif

static void crashed(int number, siginfo_t *info, void *context) {
    uintptr_t address = (uintptr_t)info->si_addr;
    uintptr_t pc = 0, sp = 0, frame = 0;
#if defined(LINUX) && defined(__x86_64__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.gregs[REG_RIP];
    sp = (uintptr_t)state->uc_mcontext.gregs[REG_RSP];
    frame = (uintptr_t)state->uc_mcontext.gregs[REG_RBP];
#elif defined(LINUX) && defined(__aarch64__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.pc;
    sp = (uintptr_t)state->uc_mcontext.sp;
    frame = (uintptr_t)state->uc_mcontext.regs[29];
#elif defined(LINUX) && defined(__s390x__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.psw.addr;
    sp = (uintptr_t)state->uc_mcontext.gregs[15];
#elif defined(LINUX) && defined(__riscv)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.__gregs[REG_PC];
    sp = (uintptr_t)state->uc_mcontext.__gregs[REG_SP];
#elif defined(LINUX) && defined(__powerpc64__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.gp_regs[32];
    sp = (uintptr_t)state->uc_mcontext.gp_regs[1];
#elif defined(LINUX) && defined(__arm__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.arm_pc;
    sp = (uintptr_t)state->uc_mcontext.arm_sp;
#elif defined(LINUX) && defined(__i386__)
    const ucontext_t *state = context;
    pc = (uintptr_t)state->uc_mcontext.gregs[REG_EIP];
    sp = (uintptr_t)state->uc_mcontext.gregs[REG_ESP];
#else
    (void)context;
#endif
    Out out;
    out.used = 0;
    begin_report();
    /* The guard page lies just below the stack; a frame is touched page by page. */
    int near_sp = sp != 0 && address + (64u << 10) >= sp && address < sp + (64u << 10);
    if (number == SIGSEGV && near_sp && address >= NULL_RANGE && !FROM_KERNEL(info)) {
        puts_(&out, "error: stack overflow\n");
    } else if (pc < NULL_RANGE && pc == address) {
        put_message(&out, 9, pc, 0);
        /* The call pushed its return address, and there is no frame yet. */
#if defined(__x86_64__) || defined(__i386__)
        pc = *(const uintptr_t *)sp - 1;
#elif defined(LINUX) && defined(__aarch64__)
        pc = (uintptr_t)state->uc_mcontext.regs[30] - 1;
#elif defined(LINUX) && defined(__s390x__)
        pc = (uintptr_t)state->uc_mcontext.gregs[14] - 1;
#elif defined(LINUX) && defined(__riscv)
        pc = (uintptr_t)state->uc_mcontext.__gregs[REG_RA] - 1;
#elif defined(LINUX) && defined(__powerpc64__)
        pc = (uintptr_t)state->uc_mcontext.gp_regs[36] - 1;
#elif defined(LINUX) && defined(__arm__)
        pc = (uintptr_t)state->uc_mcontext.arm_lr - 1;
#endif
    } else if (!FROM_KERNEL(info) && address < NULL_RANGE) {
        put_message(&out, 6, address, 0);
    } else if (info->si_code == SEGV_ACCERR && number == SIGSEGV) {
        put_message(&out, 8, address, 0);
    } else {
        puts_(&out, "error: invalid memory access");
        if (!FROM_KERNEL(info)) {
            puts_(&out, " at 0x");
            put_number(&out, address, 16);
        }
        puts_(&out, "\n");
    }
    /* What is known so far gets out even if reading the line tables should crash too. */
    flush(&out);
    /* A function of C that has no frame, such as memcpy, was called from here. */
    if (!near_sp && sp != 0 && !function_at(pc)) {
#if defined(LINUX) && defined(__x86_64__)
        uintptr_t caller = *(const uintptr_t *)sp - 1;
#elif defined(LINUX) && defined(__aarch64__)
        uintptr_t caller = (uintptr_t)state->uc_mcontext.regs[30] - 1;
#else
        uintptr_t caller = pc;
#endif
        if (function_at(caller)) pc = caller;
    }
    put_stack(&out, pc, frame);
    flush(&out);
    die();
}

__attribute__((constructor)) static void install_crash_handler(void) {
    static char alternate[64 << 10] __attribute__((aligned(16)));
    stack_t stack;
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = alternate;
    stack.ss_size = sizeof alternate;
    if (sigaltstack(&stack, NULL) != 0) return;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = crashed;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

#endif

/* ---- error return traces ---- */

/* Two words of 8 bytes, whatever the width of a pointer. */
typedef struct {
    const char *data __attribute__((aligned(8)));
    int64_t len __attribute__((aligned(8)));
} SxString;

/* A constant that the compiler makes for each `raise` and `try`. */
typedef struct {
    SxString file;
    int32_t line;
    int32_t col;
    SxString func;
    SxString line_text;
} SxTraceFrame;

enum { RING = 32 };
static __thread uint64_t ring[RING];
static __thread uint32_t ring_next, ring_len, ring_lost;

void sx_trace_push(uint64_t frame) {
    ring[ring_next] = frame;
    ring_next = (ring_next + 1) % RING;
    if (ring_len < RING) ring_len++;
    else ring_lost = 1;
}

void sx_trace_clear(void) { ring_next = ring_len = ring_lost = 0; }

uint32_t sx_trace_len(void) { return ring_len; }

/* Whether frames older than the ones kept were pushed. */
uint32_t sx_trace_truncated(void) { return ring_lost; }

/* Oldest first; 0 past the end. */
uint64_t sx_trace_frame_at(uint32_t index) {
    if (index >= ring_len) return 0;
    return ring[(ring_next + RING - ring_len + index) % RING];
}

static void put_string(Out *out, SxString text) {
    if (text.data && text.len > 0) put(out, text.data, (size_t)text.len);
}

static void put_trace(Out *out) {
    if (ring_len == 0) return;
    puts_(out, "error return trace (most recent call last):\n");
    if (ring_lost) puts_(out, "  ... older frames omitted (buffer full)\n");
    for (uint32_t i = 0; i < ring_len; i++) {
        const SxTraceFrame *frame = (const SxTraceFrame *)(uintptr_t)sx_trace_frame_at(i);
        if (!frame) continue;
        SxString file = frame->file;
        for (int64_t at = 0; at < frame->file.len; at++) {
            if (frame->file.data[at] == '/') {
                file.data = frame->file.data + at + 1;
                file.len = frame->file.len - at - 1;
            }
        }
        puts_(out, "  ");
        put_string(out, frame->func);
        puts_(out, " at ");
        put_string(out, file);
        puts_(out, ":");
        put_signed(out, frame->line);
        puts_(out, ":");
        put_signed(out, frame->col);
        puts_(out, "\n");
        if (frame->line_text.len > 0) {
            puts_(out, "    ");
            put_string(out, frame->line_text);
            puts_(out, "\n    ");
            for (int32_t column = 1; column < frame->col; column++) puts_(out, " ");
            puts_(out, "^\n");
        }
    }
}

/* For `main` when an error leaves it; the caller returns the exit status 1. */
void sx_trace_report_unhandled(uint32_t tag, const char *name, uint64_t name_len) {
    Out out;
    out.used = 0;
    puts_(&out, "error: unhandled error reached main: error.");
    if (name && name_len > 0) put(&out, name, (size_t)name_len);
    else put_number(&out, tag, 10);
    puts_(&out, "\n");
    put_trace(&out);
    flush(&out);
}

/* ---- memory of stored objects ---- */

/* What compile-time code allocated and left in the program lies in its image; freeing it does nothing. */
#if defined(LINUX)
extern char __executable_start[] __attribute__((weak));
extern char _end[] __attribute__((weak));

static size_t image_bytes_after(void *p) {
    char *at = p;
    if (__executable_start == 0 || _end == 0 || at < __executable_start || at >= _end) return 0;
    return (size_t)(_end - at);
}
#else
static size_t image_bytes_after(void *p) {
    (void)p;
    return 0;
}
#endif

void sx_free(void *p);
void *sx_realloc(void *p, size_t size);

void sx_free(void *p) {
    if (image_bytes_after(p) == 0) free(p);
}

void *sx_realloc(void *p, size_t size) {
    size_t rest = image_bytes_after(p);
    if (rest == 0) return realloc(p, size);
    void *q = malloc(size);
    if (q != 0) memcpy(q, p, size < rest ? size : rest);
    return q;
}
