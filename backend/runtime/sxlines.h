/* The program's own debug information, DWARF 4 as the compiler writes it: which source lines machine instructions come
 * from, and which functions they were inlined from. It is read when a program stops for an error; without it (in a
 * stripped program) stacks name functions, and no lines. Nothing is allocated, and no offset is trusted. */
#include <stdint.h>

/* A place in a source file; line 0: none is known. */
typedef struct {
    const char *folder;
    const char *file;
    uint64_t line;
    uint64_t col;
} Position;

/* A function that was inlined where `pcs[pc]` is: its name, and the place it was called from. */
typedef struct {
    unsigned pc;
    const char *name;
    Position call;
} Inlined;

#if defined(__linux__) && !defined(__EMSCRIPTEN__)
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- reading ---- */

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

static Reader after(Reader r, uint64_t offset) {
    r.at = offset > (uint64_t)(r.end - r.at) ? r.end : r.at + offset;
    return r;
}

/* The next unit of a section that consists of units, each preceded by its length. */
static int next_unit(Reader *all, Reader *unit) {
    uint64_t length = fixed(all, 4);
    if (length == 0 || length >= 0xfffffff0 || length > (uint64_t)(all->end - all->at)) return 0;
    unit->at = all->at;
    unit->end = all->at += length;
    return 1;
}

/* ---- sections ---- */

enum { LINE, INFO, ABBREV, STR, RANGES, SECTIONS };

typedef struct {
    Reader sections[SECTIONS];
    /* How far from where it was linked the program is. */
    uint64_t bias;
} Dwarf;

static int main_bias(struct dl_phdr_info *info, size_t size, void *out) {
    (void)size;
    *(uint64_t *)out = info->dlpi_addr;
    return 1;
}

/* Maps the program's file; sections that it lacks are empty. */
static void open_dwarf(Dwarf *dwarf) {
    static const char *const names[SECTIONS] = {".debug_line", ".debug_info", ".debug_abbrev", ".debug_str", ".debug_ranges"};
    memset(dwarf, 0, sizeof *dwarf);
    dl_iterate_phdr(main_bias, &dwarf->bias);
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat status;
    if (fstat(fd, &status) != 0 || (size_t)status.st_size < sizeof(ElfW(Ehdr))) {
        close(fd);
        return;
    }
    size_t size = (size_t)status.st_size;
    const uint8_t *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (image == MAP_FAILED) return;
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)image;
    uint64_t table = header->e_shoff, count = header->e_shnum;
    if (header->e_shentsize != sizeof(ElfW(Shdr)) || table > size || count * sizeof(ElfW(Shdr)) > size - table) return;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(image + table);
    if (header->e_shstrndx >= count) return;
    const ElfW(Shdr) *texts = &sections[header->e_shstrndx];
    if (texts->sh_offset > size || texts->sh_size > size - texts->sh_offset) return;
    for (uint64_t i = 0; i < count; i++) {
        const ElfW(Shdr) *section = &sections[i];
        if (section->sh_offset > size || section->sh_size > size - section->sh_offset) continue;
        if (section->sh_flags & SHF_COMPRESSED) continue;
        for (unsigned which = 0; which < SECTIONS; which++) {
            size_t length = strlen(names[which]) + 1;
            if (section->sh_name > texts->sh_size || texts->sh_size - section->sh_name < length) continue;
            if (memcmp(image + texts->sh_offset + section->sh_name, names[which], length) != 0) continue;
            Reader all = {image + section->sh_offset, image + section->sh_offset + section->sh_size};
            dwarf->sections[which] = all;
        }
    }
}

/* ---- lines ---- */

typedef struct {
    Reader folders, files, program;
    unsigned step, range, first_special;
    int base;
    uint8_t lengths[256];
} Lines;

static int lines_of_unit(Reader r, Lines *lines) {
    memset(lines, 0, sizeof *lines);
    if (fixed(&r, 2) != 4) return 0;
    uint64_t header = fixed(&r, 4);
    lines->program = after(r, header);
    lines->step = (unsigned)fixed(&r, 1);
    fixed(&r, 2);
    lines->base = (int8_t)fixed(&r, 1);
    lines->range = (unsigned)fixed(&r, 1);
    lines->first_special = (unsigned)fixed(&r, 1);
    if (lines->range == 0) return 0;
    for (unsigned i = 1; i < lines->first_special; i++) lines->lengths[i] = (uint8_t)fixed(&r, 1);
    lines->folders = r;
    while (*text(&r)) continue;
    lines->files = r;
    return 1;
}

/* Name of folder `wanted`; 0 is the one that the program was compiled in, whose name goes without saying. */
static const char *folder_name(Reader folders, uint64_t wanted) {
    const char *name = "";
    while (wanted-- > 0 && *(name = text(&folders))) continue;
    return name;
}

static Position position(const Lines *lines, uint64_t file, uint64_t line, uint64_t col) {
    Position made = {"", "", line, col};
    Reader files = lines->files;
    for (uint64_t number = 1;; number++) {
        made.file = text(&files);
        uint64_t folder = *made.file ? uleb(&files) : 0;
        if (!*made.file) made.line = 0;
        if (!*made.file || number == file) {
            made.folder = folder_name(lines->folders, folder);
            return made;
        }
        for (int i = 0; i < 2; i++) uleb(&files);
    }
}

/* Runs one unit's line program for the positions of `pcs` (as linked), of which there are `count`. */
static void find_in_lines(const Lines *lines, const uint64_t *pcs, Position *found, unsigned count) {
    uint64_t address = 0, file = 1, line = 1, col = 0;
    uint64_t last_address = 0, last_file = 0, last_line = 0, last_col = 0;
    int have_last = 0;
    Reader r = lines->program;
    while (r.at < r.end) {
        unsigned op = (unsigned)fixed(&r, 1);
        int row = 0, ends = 0;
        if (op >= lines->first_special) {
            op -= lines->first_special;
            address += (uint64_t)(op / lines->range) * lines->step;
            line += (uint64_t)(lines->base + (int)(op % lines->range));
            row = 1;
        } else if (op == 0) {
            uint64_t length = uleb(&r);
            if (length == 0 || length > (uint64_t)(r.end - r.at)) return;
            Reader inner = {r.at, r.at + length};
            r.at += length;
            uint64_t kind = fixed(&inner, 1);
            if (kind == 1) row = ends = 1;
            else if (kind == 2) address = fixed(&inner, (unsigned)(inner.end - inner.at));
        } else if (op == 1) row = 1;
        else if (op == 2) address += uleb(&r) * lines->step;
        else if (op == 3) line += (uint64_t)sleb(&r);
        else if (op == 4) file = uleb(&r);
        else if (op == 5) col = uleb(&r);
        else if (op == 8) address += (uint64_t)((255 - lines->first_special) / lines->range) * lines->step;
        else if (op == 9) address += fixed(&r, 2);
        else for (unsigned i = 0; i < lines->lengths[op]; i++) uleb(&r);
        if (!row) continue;
        for (unsigned i = 0; have_last && i < count; i++) {
            if (last_address <= pcs[i] && pcs[i] < address && last_line) {
                found[i] = position(lines, last_file, last_line, last_col);
            }
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
}

/* ---- inlined functions ---- */

typedef struct {
    const uint8_t *start;
    uint8_t address_size;
    Reader abbrevs, text, ranges;
    /* What ranges are relative to. */
    uint64_t base;
    Lines lines;
    int have_lines;
} Unit;

enum { TAG_UNIT = 0x11, TAG_INLINED = 0x1d };
enum { AT_NAME = 3, AT_LINES = 0x10, AT_LOW = 0x11, AT_HIGH = 0x12, AT_ORIGIN = 0x31, AT_SPECIFICATION = 0x47, AT_RANGES = 0x55 };
enum { AT_CALL_COL = 0x57, AT_CALL_FILE = 0x58, AT_CALL_LINE = 0x59, AT_LINKAGE_NAME = 0x6e };

/* What is read of an entry. */
typedef struct {
    uint64_t tag, low, high, ranges, origin, lines, call_file, call_line, call_col;
    const char *name;
    int has_range, has_ranges, has_children, has_lines;
} Entry;

/* Reads a value; 0 for a form that is not known. */
static int form(const Unit *unit, Reader *r, uint64_t kind, uint64_t *value, const char **name, int *offset) {
    *value = 0;
    *offset = 0;
    switch (kind) {
    case 0x01: *value = fixed(r, unit->address_size); return 1;
    case 0x03: *r = after(*r, fixed(r, 2)); return 1;
    case 0x04: *r = after(*r, fixed(r, 4)); return 1;
    case 0x05: case 0x12: *offset = 1; *value = fixed(r, 2); return 1;
    case 0x06: case 0x13: *offset = 1; *value = fixed(r, 4); return 1;
    case 0x07: case 0x14: case 0x20: *offset = 1; *value = fixed(r, 8); return 1;
    case 0x08: *name = text(r); return 1;
    case 0x09: case 0x18: *r = after(*r, uleb(r)); return 1;
    case 0x0a: *r = after(*r, fixed(r, 1)); return 1;
    case 0x0b: case 0x11: *offset = 1; *value = fixed(r, 1); return 1;
    case 0x0c: *value = fixed(r, 1); return 1;
    case 0x0d: *offset = 1; *value = (uint64_t)sleb(r); return 1;
    case 0x0e: {
        Reader at = after(unit->text, fixed(r, 4));
        *name = text(&at);
        return 1;
    }
    case 0x0f: case 0x15: *offset = 1; *value = uleb(r); return 1;
    case 0x10: case 0x17: *value = fixed(r, 4); return 1;
    case 0x19: *value = 1; return 1;
    default: return 0;
    }
}

/* Where the first abbreviations of a unit are. */
enum { CACHED = 256 };
typedef struct {
    Reader known[CACHED];
} Abbrevs;

/* Finds what abbreviation `wanted` says: a tag, whether there are children, and attributes with their forms. */
static int find_abbrev(const Unit *unit, Abbrevs *cache, uint64_t wanted, Reader *found) {
    if (wanted < CACHED && cache->known[wanted].at) {
        *found = cache->known[wanted];
        return 1;
    }
    Reader r = unit->abbrevs;
    while (r.at < r.end) {
        uint64_t code = uleb(&r);
        if (code == 0) return 0;
        Reader here = r;
        if (code < CACHED) cache->known[code] = here;
        if (code == wanted) {
            *found = here;
            return 1;
        }
        uleb(&r);
        fixed(&r, 1);
        for (;;) {
            uint64_t attribute = uleb(&r), kind = uleb(&r);
            if ((attribute == 0 && kind == 0) || r.at == r.end) break;
        }
    }
    return 0;
}

/* Reads the entry at `r`; 0 if that cannot be done. An entry without a tag ends a list of children. */
static int read_entry(const Unit *unit, Abbrevs *cache, Reader *r, Entry *entry) {
    memset(entry, 0, sizeof *entry);
    uint64_t code = uleb(r);
    if (code == 0) return 1;
    Reader abbrev;
    if (!find_abbrev(unit, cache, code, &abbrev)) return 0;
    entry->tag = uleb(&abbrev);
    entry->has_children = (int)fixed(&abbrev, 1);
    int have_low = 0, have_high = 0, high_is_size = 0;
    while (abbrev.at < abbrev.end) {
        uint64_t attribute = uleb(&abbrev), kind = uleb(&abbrev), value;
        if (attribute == 0 && kind == 0) break;
        const char *name = NULL;
        int offset;
        if (!form(unit, r, kind, &value, &name, &offset)) return 0;
        switch (attribute) {
        case AT_NAME: entry->name = name; break;
        case AT_LINKAGE_NAME: if (!entry->name) entry->name = name; break;
        case AT_LINES: entry->lines = value; entry->has_lines = 1; break;
        case AT_LOW: entry->low = value; have_low = 1; break;
        case AT_HIGH: entry->high = value; have_high = 1; high_is_size = offset; break;
        case AT_ORIGIN: case AT_SPECIFICATION: entry->origin = value; break;
        case AT_RANGES: entry->ranges = value; entry->has_ranges = 1; break;
        case AT_CALL_FILE: entry->call_file = value; break;
        case AT_CALL_LINE: entry->call_line = value; break;
        case AT_CALL_COL: entry->call_col = value; break;
        default: break;
        }
    }
    if (high_is_size) entry->high += entry->low;
    entry->has_range = have_low && have_high;
    return 1;
}

static int covers(const Unit *unit, const Entry *entry, uint64_t pc) {
    if (entry->has_range) return entry->low <= pc && pc < entry->high;
    if (!entry->has_ranges) return 0;
    Reader r = after(unit->ranges, entry->ranges);
    uint64_t base = unit->base, all_ones = ~(uint64_t)0 >> (64 - 8 * unit->address_size);
    while (r.at < r.end) {
        uint64_t low = fixed(&r, unit->address_size), high = fixed(&r, unit->address_size);
        if (low == 0 && high == 0) return 0;
        if (low == all_ones) base = high;
        else if (base + low <= pc && pc < base + high) return 1;
    }
    return 0;
}

static const char *entry_name(const Unit *unit, Abbrevs *cache, Reader all, uint64_t offset) {
    Reader r = {unit->start, all.end};
    r = after(r, offset);
    Entry entry;
    for (int step = 0; step < 4; step++) {
        Reader at = r;
        if (!read_entry(unit, cache, &at, &entry) || entry.tag == 0) return "";
        if (entry.name) return entry.name;
        if (!entry.origin) return "";
        r.at = unit->start;
        r = after(r, entry.origin);
    }
    return "";
}

/* Finds what was inlined at the `pcs`, outer functions before inner ones; returns how many of `found` are filled. */
static unsigned find_inlined(const Dwarf *dwarf, const uint64_t *pcs, unsigned count, Inlined *found, unsigned room) {
    static Abbrevs cache;
    Reader all = dwarf->sections[INFO];
    unsigned used = 0;
    for (;;) {
        Unit unit;
        memset(&unit, 0, sizeof unit);
        unit.start = all.at;
        Reader r;
        if (!next_unit(&all, &r)) return used;
        if (fixed(&r, 2) != 4) continue;
        unit.abbrevs = after(dwarf->sections[ABBREV], fixed(&r, 4));
        unit.address_size = (uint8_t)fixed(&r, 1);
        unit.text = dwarf->sections[STR];
        unit.ranges = dwarf->sections[RANGES];
        if (unit.address_size != 4 && unit.address_size != 8) continue;
        memset(&cache, 0, sizeof cache);
        Reader body = r;
        while (r.at < r.end) {
            Entry entry;
            if (!read_entry(&unit, &cache, &r, &entry)) break;
            if (entry.tag == TAG_UNIT) {
                unit.base = entry.low;
                Reader lines = after(dwarf->sections[LINE], entry.lines), program;
                unit.have_lines = entry.has_lines && next_unit(&lines, &program) && lines_of_unit(program, &unit.lines);
            }
            if (entry.tag != TAG_INLINED) continue;
            for (unsigned i = 0; i < count; i++) {
                if (!covers(&unit, &entry, pcs[i])) continue;
                if (used == room) return used;
                Inlined *made = &found[used++];
                memset(made, 0, sizeof *made);
                made->pc = i;
                made->name = entry.name ? entry.name : entry_name(&unit, &cache, body, entry.origin);
                if (unit.have_lines) made->call = position(&unit.lines, entry.call_file, entry.call_line, entry.call_col);
            }
        }
    }
}

/* Looks up addresses of the running program, as they are in memory. Returns how many of `inlined` are filled. */
static unsigned look_up(uint64_t *pcs, unsigned count, Position *positions, Inlined *inlined, unsigned room) {
    Dwarf dwarf;
    open_dwarf(&dwarf);
    for (unsigned i = 0; i < count; i++) pcs[i] -= dwarf.bias;
    Reader all = dwarf.sections[LINE], unit;
    while (next_unit(&all, &unit)) {
        Lines lines;
        if (lines_of_unit(unit, &lines)) find_in_lines(&lines, pcs, positions, count);
    }
    return find_inlined(&dwarf, pcs, count, inlined, room);
}
#else
static unsigned look_up(uint64_t *pcs, unsigned count, Position *positions, Inlined *inlined, unsigned room) {
    (void)pcs, (void)count, (void)positions, (void)inlined, (void)room;
    return 0;
}
#endif
