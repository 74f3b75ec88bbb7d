typedef struct { double x, y; } point;
int sx_scale(int v);
point sx_move(point p, double by);
extern int sx_total;
int c_calls(int n) { int s = 0; for (int i = 0; i < n; i++) s += sx_scale(i); sx_total += s; return s; }
double c_moves(double by) { point p = sx_move((point){1, 2}, by); return p.x * 100 + p.y; }
