// Question: is there a trace of operations, plain or packed, that breaks its reader, or that it lets pass though an
// operation is not what a line may say?
#include <algorithm>

#include "host/index/kv_trace.hpp"
#include "tests/fuzz/read_trace.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using sky::index::KvTrace;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    auto source = sky::memory::ByteSource::of("input", input);
    sky::test::check_message(source.status());
    if (!source.ok()) return 0;
    // A small input may unpack to very much; being asked for the first time, it has had 65,536 lines.
    const auto trace = KvTrace::read(*source.value(), 8, [] { return false; });
    sky::test::check_message(trace.status());
    if (!trace.ok()) return 0;
    uint32_t longest = 0;
    for (const sky::index::Operation& operation : trace.value().operations) {
        SKY_FUZZ_CHECK(operation.record >= 1 && operation.version >= 1);
        SKY_FUZZ_CHECK(operation.value_bytes <= KvTrace::kMaxValueBytes);
        SKY_FUZZ_CHECK(operation.scan_entries >= 1);
        if (sky::index::puts_a_value(operation.kind)) longest = std::max(longest, operation.value_bytes);
    }
    SKY_FUZZ_CHECK(!trace.value().operations.empty());
    SKY_FUZZ_CHECK(longest == trace.value().longest_value_bytes);
    return 0;
}
