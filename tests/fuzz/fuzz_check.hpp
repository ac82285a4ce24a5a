#pragma once

#include <cstdlib>

/// Stops the program where the fuzzer sees it.
#define SKY_FUZZ_CHECK(condition) \
    if (!(condition)) std::abort()
