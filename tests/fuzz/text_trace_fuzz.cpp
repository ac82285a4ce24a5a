// Question: is there a text trace, plain or packed, that breaks its reader? Whatever it hands out must fit the array.
#include "tests/fuzz/read_trace.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // A line is eight words of one track, and 64 words of two tracks.
    for (const uint32_t sites : {64U, 8U})
        sky::test::read_trace(sky::test::TraceKind::kText,
                              {.sites_per_segment = sites, .segments = 32, .overhead_sites = sites, .tracks = 4096},
                              input);
    return 0;
}
