// The header of the indexes, read by the oldest C++ that has its types, twice.
#include "host/index/skytrack_index.h"

static_assert(sizeof(skytrack_status) == 4, "a status has 32 bits");
