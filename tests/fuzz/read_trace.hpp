#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/memory/trace.hpp"

/// Stops the program where the fuzzer sees it.
#define SKY_FUZZ_CHECK(condition) \
    if (!(condition)) std::abort()

namespace sky::test {

/// The arrays that the seeds of compact traces and images are made for: word-based, with flags, bit-interleaved.
inline const std::array<model::Geometry, 3>& fuzz_arrays() {
    static const std::array<model::Geometry, 3> kArrays{
        {{.sites_per_segment = 64, .segments = 32, .overhead_sites = 64, .tracks = 1024},
         {.sites_per_segment = 16, .segments = 4, .overhead_sites = 17, .tracks = 100, .flag_site = true},
         {.sites_per_segment = 8, .segments = 2, .overhead_sites = 8, .tracks = 8192, .tracks_per_row = 128}}};
    return kArrays;
}

/// An error says what was wrong and, on another line, what to do.
inline void check_message(const Status& status) {
    if (!status.ok()) SKY_FUZZ_CHECK(status.message().find('\n') != std::string::npos);
}

enum class TraceKind : uint8_t { kText, kCompact };

/// Reads a trace of this kind to the end or the first error and checks that what is handed out fits the array.
inline void read_trace(TraceKind kind, const model::Geometry& geometry, std::string_view input) {
    Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::of("input", input);
    check_message(source.status());
    if (!source.ok()) return;
    // A small input may unpack to very much, whose rest is like its beginning.
    constexpr int kMost = 100'000;
    int lines = 0;
    auto reader = memory::TraceReader::open(std::move(source.value()),
                                            {.geometry = geometry, .stop = [&lines] { return ++lines > kMost; }});
    check_message(reader.status());
    if (!reader.ok() || reader.value()->names_write_alg() != (kind == TraceKind::kCompact)) return;
    memory::TraceRecord record;
    for (int i = 0; i < kMost; ++i) {
        const Result<bool> more = reader.value()->next(record);
        check_message(more.status());
        if (!more.ok() || !more.value()) return;
        SKY_FUZZ_CHECK(record.command.row < geometry.rows());
        SKY_FUZZ_CHECK((record.command.seg_mask & ~geometry.segment_mask()) == 0 ||
                       record.command.op == model::Op::kBarrier);
        SKY_FUZZ_CHECK(record.data.size() == record.command.data_beats(geometry));
        if (record.command.op == model::Op::kWrite)
            for (const uint64_t word : record.data) SKY_FUZZ_CHECK((word & ~geometry.word_mask()) == 0);
    }
}

}  // namespace sky::test
