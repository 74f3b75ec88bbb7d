These are words, not declarations.
int usable(int a);
