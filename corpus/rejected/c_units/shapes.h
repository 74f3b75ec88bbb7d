#ifndef SHAPES_H
#define SHAPES_H
#include <stddef.h>

typedef struct { int x, y; } point;
typedef int (*visitor)(int, void *);
enum shape { CIRCLE, SQUARE = 4, TRIANGLE };

#define SHAPES_VERSION "1.2"
#define SHAPES_MAX (SCALE * 10)
#define SHAPES_MASK 0xFFFFFFFFFFFFFFFFu
#define SHAPES_RATIO 1.5e2
#define SHAPES_LETTER 'x'
#define SHAPES_NOTHING
#define SHAPES_AREA(w, h) ((w) * (h))
#define shape_surface shape_area

int shape_area(int w, int h);
const char *shape_name(enum shape s);
void shape_fill(unsigned char *buf, size_t n, char c);
double shape_sum(const double *xs, int n);
void shape_halves(float *xs, short n);
int shape_visit(int n, visitor f, void *data);
long shape_total(int n, ...);
double shape_mean(int n, ...);
_Bool shape_is(enum shape s, unsigned char bit);
point shape_origin(void);
int shape_reserved(int in, int push, int string);
long double shape_long(long double x);
static inline int shape_twice(int x) { return 2 * x; }
void *shape_open(const char *name);
int shape_read(void *handle, char **rest);
void shape_close(void *handle);

extern int shape_count;
extern const char *shape_author;
#endif
