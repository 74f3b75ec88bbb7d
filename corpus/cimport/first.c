#ifndef NAMED
#error not defined
#endif
static int hidden(int x) { return x + STEP; }
int first_step(int x) { return hidden(x); }
