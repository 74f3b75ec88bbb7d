// Twin of famous/table.sx.
struct Table { unsigned long rows[64][4096]; };
constexpr Table make() {
    Table t{};
    for (unsigned long i = 0; i < 64; i++)
        for (unsigned long j = 0; j < 4096; j++) t.rows[i][j] = (i * 4096 + j) * 0x9E3779B97F4A7C15u;
    return t;
}
constexpr Table TABLE = make();
static_assert(TABLE.rows[63][4095] == 262143 * 0x9E3779B97F4A7C15u);
