int first_step(int x);
static int hidden(int x) { return x + STEP; }
int second_steps(int x) { return first_step(hidden(x)); }
