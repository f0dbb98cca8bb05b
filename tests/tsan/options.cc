// A race ends its process at once: what one prints that is killed later nobody reads. TSAN_OPTIONS adds to
// this.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_options() { return "halt_on_error=1"; }
