typedef struct { unsigned char a[3]; } Three;
typedef struct { unsigned char a[5]; } Five;
typedef struct { unsigned char a[11]; } Eleven;

static int sum(const unsigned char *p, int n) {
    int s = 0;
    for (int i = 0; i < n; i++) s = s * 3 + p[i];
    return s;
}

int sum3(Three x) { return sum(x.a, 3); }
int sum5(Five x) { return sum(x.a, 5); }
int sum11(Eleven x) { return sum(x.a, 11); }

Three next3(Three x) { for (int i = 0; i < 3; i++) x.a[i]++; return x; }
Five next5(Five x) { for (int i = 0; i < 5; i++) x.a[i]++; return x; }
Eleven next11(Eleven x) { for (int i = 0; i < 11; i++) x.a[i]++; return x; }

Three twice3(Three (*f)(Three), Three x) { return f(f(x)); }
Eleven twice11(Eleven (*f)(Eleven), Eleven x) { return f(f(x)); }
