/* The header of the indexes, read by a C compiler, twice. What it says there must be what it says to C++. */
#include "tests/unit/c_header.h"

#include "host/index/skytrack_index.h"

_Static_assert(sizeof(skytrack_status) == 4, "a status has 32 bits");

size_t c_config_size(void) { return sizeof(skytrack_config); }
size_t c_config_end(void) { return offsetof(skytrack_config, inject_fj); }
size_t c_usage_size(void) { return sizeof(skytrack_usage); }
size_t c_usage_end(void) { return offsetof(skytrack_usage, words_written); }

int c_walks_to_the_end(skytrack_index* index, uint64_t* entries) {
    skytrack_iterator* it = NULL;
    skytrack_status s = skytrack_iterator_new(index, NULL, &it);
    *entries = 0;
    for (s = s == SKYTRACK_OK ? skytrack_iterator_first(it) : s; s == SKYTRACK_OK; s = skytrack_iterator_next(it))
        ++*entries;
    skytrack_iterator_free(it);
    return s == SKYTRACK_NOT_FOUND;
}
