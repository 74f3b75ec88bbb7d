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
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#endif
#if defined(SIGNALS)
#include <unistd.h>
#endif
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
    "write to constant storage at 0x%x",
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

enum { MAX_FRAMES = 64 };

#if defined(FRAME_RECORDS)
/* Copies memory that may not be there: the kernel checks it on the way through a pipe. Asking the thread library for
 * the bounds of the stack instead could allocate, and hang a program that crashed while allocating. */
static int read_words(const int pipes[2], uintptr_t address, uintptr_t words[2]) {
    size_t size = 2 * sizeof *words;
    return write(pipes[1], (const void *)address, size) == (ssize_t)size && read(pipes[0], words, size) == (ssize_t)size;
}

#endif

static void put_frame(Out *out, const char *name) {
    puts_(out, "  at ");
    puts_(out, name);
    puts_(out, "\n");
}

/* What to show of the frame that `pc` is in, NULL for nothing. `inner`: see `put_stack`. */
static const char *frame_name(uintptr_t pc, int innermost, const char *inner) {
    const char *name = function_at(pc);
    if (name && innermost) {
        /* `main` may be part of the function that starts the program. */
        if (!*name) return inner ? NULL : "main";
        if (inner && strcmp(name, inner) == 0) return NULL;
    }
    return name && *name ? name : NULL;
}

#if defined(UNWIND_TABLES)
typedef struct {
    Out *out;
    uintptr_t pc;
    const char *inner;
    unsigned depth, shown;
    int begun;
} Walk;

static _Unwind_Reason_Code put_unwound(struct _Unwind_Context *context, void *data) {
    Walk *walk = data;
    int exact = 0;
    uintptr_t pc = (uintptr_t)_Unwind_GetIPInfo(context, &exact);
    if (!exact) pc--;
    if (++walk->depth > 4096) return _URC_END_OF_STACK;
    /* The handler's own frames come first. */
    int innermost = !walk->begun && pc == walk->pc;
    if (!innermost && !walk->begun) return _URC_NO_REASON;
    walk->begun = 1;
    const char *name = frame_name(pc, innermost, walk->inner);
    if (!name) return _URC_NO_REASON;
    if (walk->shown++ == MAX_FRAMES) {
        puts_(walk->out, "  ...\n");
        return _URC_END_OF_STACK;
    }
    put_frame(walk->out, name);
    return _URC_NO_REASON;
}
#endif

/* The program's functions, innermost first: `pc` is in the innermost, `frame` is its frame record. `inner`: the innermost
 * function of the source, which has been shown; it has no frame if it was inlined. NULL if it is not known. */
static void put_stack(Out *out, uintptr_t pc, uintptr_t frame, const char *inner) {
#if defined(UNWIND_TABLES)
    (void)frame;
    Walk walk = {out, pc, inner, 0, 0, 0};
    _Unwind_Backtrace(put_unwound, &walk);
    /* Unwinding may not get through what crashed. */
    const char *innermost = walk.begun ? NULL : frame_name(pc, 1, inner);
    if (innermost) put_frame(out, innermost);
#elif defined(FRAME_RECORDS)
    unsigned shown = 0;
    int pipes[2];
    int walk = pipe(pipes) == 0;
    for (unsigned depth = 0; depth < 4096; depth++) {
        const char *name = frame_name(pc, depth == 0, inner);
        if (name && shown == MAX_FRAMES) {
            puts_(out, "  ...\n");
            break;
        }
        if (name) {
            put_frame(out, name);
            shown++;
        }
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
    const char *name = frame_name(pc, 1, inner);
    if (name) put_frame(out, name);
#endif
}

static void put_position(Out *out, const char *folder, const char *file, uint64_t line, uint64_t col) {
    if (line == 0) return;
    puts_(out, "  --> ");
    puts_(out, folder);
    if (*folder && folder[strlen(folder) - 1] != '/') puts_(out, "/");
    puts_(out, file);
    puts_(out, ":");
    put_number(out, line, 10);
    puts_(out, ":");
    /* Line tables have no column for a function's prologue: it is the line of the function's declaration. */
    put_number(out, col ? col : 1, 10);
    puts_(out, "\n");
}

static void die(void) {
    signal(SIGABRT, SIG_DFL);
    abort();
}

__attribute__((noreturn, cold, noinline)) void sx_trap(uint32_t number, uint64_t a, uint64_t b) {
    const SxPlace *place = &__sx_places[number];
    Out out;
    out.used = 0;
    put_message(&out, place->kind, a, b);
    put_position(&out, "", __sx_texts + place->file, place->line, place->col);
    /* Functions that the compiler copied into their callers have no frames of their own. */
    for (;; place = &__sx_places[place->at - 1]) {
        const char *name = __sx_texts + place->func;
        if (*name) put_frame(&out, name);
        if (!place->at) break;
    }
    const char *inner = __sx_texts + place->func;
    uintptr_t pc = (uintptr_t)__builtin_return_address(0) - 1;
#if defined(FRAME_RECORDS)
    uintptr_t frame = *(const uintptr_t *)__builtin_frame_address(0);
#else
    uintptr_t frame = 0;
#endif
    put_stack(&out, pc, frame, inner);
    flush(&out);
    die();
    __builtin_unreachable();
}

#if defined(SIGNALS)
/* ---- source lines of crashes ----
 * A trap knows its place. For a crash the place is looked up in the program's own line tables (.debug_line of
 * DWARF 4, as the compiler writes it for checked code); without them there is just no position. */

typedef struct {
    const char *folder;
    const char *file;
    uint64_t line;
    uint64_t col;
} Position;

#if defined(LINUX)
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} Reader;

static uint64_t fixed(Reader *r, unsigned size) {
    uint64_t value = 0;
    if ((size_t)(r->end - r->at) < size) {
        r->at = r->end;
        return 0;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (unsigned i = size; i-- > 0;) value = value << 8 | r->at[i];
#else
    for (unsigned i = 0; i < size; i++) value = value << 8 | r->at[i];
#endif
    r->at += size;
    return value;
}

static uint64_t uleb(Reader *r) {
    uint64_t value = 0;
    unsigned shift = 0;
    while (r->at < r->end) {
        uint8_t byte = *r->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80)) break;
    }
    return value;
}

static int64_t sleb(Reader *r) {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0;
    while (r->at < r->end) {
        byte = *r->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80)) break;
    }
    if (shift < 64 && (byte & 0x40)) value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

static const char *text(Reader *r) {
    const char *start = (const char *)r->at;
    while (r->at < r->end && *r->at) r->at++;
    if (r->at == r->end) return "";
    r->at++;
    return start;
}

/* Name of file `wanted` (1-based) of a unit whose list of files starts at `files`. */
static const char *file_name(Reader files, uint64_t wanted, uint64_t *folder) {
    for (uint64_t number = 1;; number++) {
        const char *name = text(&files);
        *folder = *name ? uleb(&files) : 0;
        if (!*name || number == wanted) return name;
        for (int i = 0; i < 2; i++) uleb(&files);
    }
}

/* Name of folder `wanted`; 0 is the one that the program was compiled in, whose name goes without saying. */
static const char *folder_name(Reader folders, uint64_t wanted) {
    const char *name = "";
    while (wanted-- > 0 && *(name = text(&folders))) continue;
    return name;
}

/* Runs one unit's line program; 1 if it covers `pc` (as linked). */
static int find_in_unit(Reader r, uint64_t pc, Position *found) {
    if (fixed(&r, 2) != 4) return 0;
    uint64_t header = fixed(&r, 4);
    if (header > (uint64_t)(r.end - r.at)) return 0;
    Reader program = {r.at + header, r.end};
    unsigned step = (unsigned)fixed(&r, 1);
    fixed(&r, 2);
    int base = (int8_t)fixed(&r, 1);
    unsigned range = (unsigned)fixed(&r, 1), first_special = (unsigned)fixed(&r, 1);
    uint8_t lengths[256] = {0};
    if (range == 0) return 0;
    for (unsigned i = 1; i < first_special; i++) lengths[i] = (uint8_t)fixed(&r, 1);
    Reader folders = r;
    while (*text(&r)) continue;
    Reader files = r;

    uint64_t address = 0, file = 1, line = 1, col = 0;
    uint64_t last_address = 0, last_file = 0, last_line = 0, last_col = 0;
    int have_last = 0;
    r = program;
    while (r.at < r.end) {
        unsigned op = (unsigned)fixed(&r, 1);
        int row = 0, ends = 0;
        if (op >= first_special) {
            op -= first_special;
            address += (uint64_t)(op / range) * step;
            line += (uint64_t)(base + (int)(op % range));
            row = 1;
        } else if (op == 0) {
            uint64_t length = uleb(&r);
            if (length == 0 || length > (uint64_t)(r.end - r.at)) return 0;
            Reader inner = {r.at, r.at + length};
            r.at += length;
            uint64_t kind = fixed(&inner, 1);
            if (kind == 1) row = ends = 1;
            else if (kind == 2) address = fixed(&inner, (unsigned)(inner.end - inner.at));
        } else if (op == 1) row = 1;
        else if (op == 2) address += uleb(&r) * step;
        else if (op == 3) line += (uint64_t)sleb(&r);
        else if (op == 4) file = uleb(&r);
        else if (op == 5) col = uleb(&r);
        else if (op == 8) address += (uint64_t)((255 - first_special) / range) * step;
        else if (op == 9) address += fixed(&r, 2);
        else for (unsigned i = 0; i < lengths[op]; i++) uleb(&r);
        if (!row) continue;
        if (have_last && last_address <= pc && pc < address) {
            uint64_t folder;
            found->file = file_name(files, last_file, &folder);
            found->folder = folder_name(folders, folder);
            found->line = last_line;
            found->col = last_col;
            return 1;
        }
        have_last = !ends;
        last_address = address;
        last_file = file;
        last_line = line;
        last_col = col;
        if (ends) {
            address = 0;
            file = line = 1;
            col = 0;
        }
    }
    return 0;
}

static int main_bias(struct dl_phdr_info *info, size_t size, void *out) {
    (void)size;
    *(uint64_t *)out = info->dlpi_addr;
    return 1;
}

static int find_position(uintptr_t pc, Position *found) {
    uint64_t bias = 0;
    dl_iterate_phdr(main_bias, &bias);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    struct stat status;
    if (fstat(fd, &status) != 0 || (size_t)status.st_size < sizeof(ElfW(Ehdr))) {
        close(fd);
        return 0;
    }
    size_t size = (size_t)status.st_size;
    const uint8_t *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (image == MAP_FAILED) return 0;
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)image;
    uint64_t table = header->e_shoff, count = header->e_shnum;
    if (header->e_shentsize != sizeof(ElfW(Shdr)) || table > size || count * sizeof(ElfW(Shdr)) > size - table) return 0;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(image + table);
    if (header->e_shstrndx >= count) return 0;
    const ElfW(Shdr) *names = &sections[header->e_shstrndx];
    if (names->sh_offset > size || names->sh_size > size - names->sh_offset) return 0;
    for (uint64_t i = 0; i < count; i++) {
        static const char wanted[] = ".debug_line";
        const ElfW(Shdr) *section = &sections[i];
        if (section->sh_name > names->sh_size || names->sh_size - section->sh_name < sizeof wanted) continue;
        if (memcmp(image + names->sh_offset + section->sh_name, wanted, sizeof wanted) != 0) continue;
        if (section->sh_offset > size || section->sh_size > size - section->sh_offset) return 0;
        if (section->sh_flags & SHF_COMPRESSED) return 0;
        Reader all = {image + section->sh_offset, image + section->sh_offset + section->sh_size};
        while (all.at < all.end) {
            uint64_t length = fixed(&all, 4);
            if (length >= 0xfffffff0 || length > (uint64_t)(all.end - all.at)) return 0;
            Reader unit = {all.at, all.at + length};
            if (find_in_unit(unit, (uint64_t)pc - bias, found)) return 1;
            all.at += length;
        }
    }
    return 0;
}
#else
static int find_position(uintptr_t pc, Position *found) {
    (void)pc;
    (void)found;
    return 0;
}
#endif

/* ---- crashes ---- */

enum { NULL_RANGE = 65536 };

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
    Position position;
    if (function_at(pc) && find_position(pc, &position)) put_position(&out, position.folder, position.file, position.line, position.col);
    put_stack(&out, pc, frame, NULL);
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
