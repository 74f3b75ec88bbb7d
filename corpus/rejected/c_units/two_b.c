static int own(void) { return 2; }
int shared_name(void) { return own(); }
