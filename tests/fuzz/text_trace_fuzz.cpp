// Question: is there a text trace, plain or packed, that breaks its reader, or the memory? Whatever the reader hands
// out must fit the array, and the memory must take it or refuse it.
#include "tests/fuzz/read_trace.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    // A line is eight words of one track; words of several tracks; of one or more sites of a row.
    for (const sky::model::Geometry& geometry : sky::test::fuzz_arrays())
        sky::test::read_trace(sky::test::TraceKind::kText, geometry, input);
    return 0;
}
