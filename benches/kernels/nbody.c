/* Twin of nbody.sx. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#define N 200000
typedef struct { double x, y, z, vx, vy, vz, mass; } Body;

static Body bodies[5] = {
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743},
    {4.84143144246472090, -1.16032004402742839, -0.10362204447112311,
     0.60632639299408500, 2.81198684491626012, -0.02521836165988763, 0.03769367487038949},
    {8.34336671824457987, 4.12479856412430479, -0.40352341711432138,
     -1.01077434617879236, 1.82566237123041186, 0.00841576137658415, 0.01128632613196877},
    {12.89436956213912970, -15.11115140169863130, -0.22330757889265574,
     1.08279100644153536, 0.86871301816960823, -0.01083263740136364, 0.00172372405705971},
    {15.37969711485091650, -25.91931460998796410, 0.17925877295037118,
     0.97909073224389798, 0.59469899864767617, -0.03475595551807819, 0.00203368686992463},
};

static void advance(double dt) {
    for (int64_t i = 0; i < 5; i++) {
        Body *a = &bodies[i];
        for (int64_t j = i + 1; j < 5; j++) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double d2 = dx * dx + dy * dy + dz * dz;
            double mag = dt / (d2 * sqrt(d2));
            a->vx -= dx * b->mass * mag;
            a->vy -= dy * b->mass * mag;
            a->vz -= dz * b->mass * mag;
            b->vx += dx * a->mass * mag;
            b->vy += dy * a->mass * mag;
            b->vz += dz * a->mass * mag;
        }
    }
    for (int64_t i = 0; i < 5; i++) {
        Body *a = &bodies[i];
        a->x += dt * a->vx;
        a->y += dt * a->vy;
        a->z += dt * a->vz;
    }
}

static double energy(void) {
    double e = 0.0;
    for (int64_t i = 0; i < 5; i++) {
        Body *a = &bodies[i];
        e += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
        for (int64_t j = i + 1; j < 5; j++) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            e -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return e;
}

int main(void) {
    for (int64_t i = 0; i < N; i++) advance(0.01);
    printf("%lld\n", (long long)(energy() * 1000000000000.0));
    return 0;
}
