int shared_name(void) { return 1; }
static int own(void) { return 1; }
