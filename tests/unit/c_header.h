#ifndef SKYTRACK_TESTS_UNIT_C_HEADER_H
#define SKYTRACK_TESTS_UNIT_C_HEADER_H

#include "host/index/skytrack_index.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What C takes the structures for. */
size_t c_config_size(void);
size_t c_config_end(void);
size_t c_usage_size(void);
size_t c_usage_end(void);

/* Counts the entries; whether the walk ended as it should. */
int c_walks_to_the_end(skytrack_index* index, uint64_t* entries);

#ifdef __cplusplus
}
#endif

#endif
