// Twin of famous/copy.sx.
constexpr int SIZE = 1048576;
struct Both { unsigned char from[SIZE]; unsigned char to[SIZE]; };
constexpr long copy() {
    Both *b = new Both{};
    for (long i = 0; i < SIZE; i++) b->from[i] = (unsigned char)(i * 7);
    for (long i = 0; i < SIZE; i++) b->to[i] = b->from[i];
    long last = b->to[SIZE - 1];
    delete b;
    return last;
}
static_assert(copy() == 249);
