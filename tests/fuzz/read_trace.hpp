#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "host/memory/word_requests.hpp"
#include "tests/fuzz/fuzz_check.hpp"
#include "tests/fuzz/run_trace.hpp"

namespace sky::test {

/// The arrays that every input is read for, and that the seeds of compact traces and images are made for: word-based,
/// with flags, bit-interleaved, and odd ones of both mappings.
inline const std::array<model::Geometry, 5>& fuzz_arrays() {
    static const std::array<model::Geometry, 5> kArrays{
        {{.sites_per_segment = 64, .segments = 32, .overhead_sites = 64, .tracks = 1024},
         {.sites_per_segment = 16, .segments = 4, .overhead_sites = 17, .tracks = 100, .flag_site = true},
         {.sites_per_segment = 8, .segments = 2, .overhead_sites = 8, .tracks = 8192, .tracks_per_row = 128},
         {.sites_per_segment = 8, .segments = 5, .overhead_sites = 9, .tracks = 1020},
         {.sites_per_segment = 5, .segments = 3, .overhead_sites = 6, .tracks = 768, .tracks_per_row = 64}}};
    return kArrays;
}

/// An error says what was wrong and, on another line, what to do.
inline void check_message(const Status& status) {
    if (!status.ok()) SKY_FUZZ_CHECK(status.message().find('\n') != std::string::npos);
}

enum class TraceKind : uint8_t { kText, kCompact };

inline void check_record(const model::Geometry& geometry, const memory::TraceRecord& record) {
    SKY_FUZZ_CHECK(record.command.row < geometry.rows());
    SKY_FUZZ_CHECK((record.command.seg_mask & ~geometry.segment_mask()) == 0 ||
                   record.command.op == model::Op::kBarrier);
    SKY_FUZZ_CHECK(record.data.size() == record.command.data_beats(geometry));
    if (record.command.op == model::Op::kWrite)
        for (const uint64_t word : record.data) SKY_FUZZ_CHECK((word & ~geometry.word_mask()) == 0);
}

/// Reads a trace of this kind to the end or the first error, checks that what is handed out fits the array, and runs
/// it. The writes of a text trace are by an algorithm that the length of the input chooses, cut into words where
/// `mem replay` does so.
inline void read_trace(TraceKind kind, const model::Geometry& geometry, std::string_view input) {
    Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::of("input", input);
    check_message(source.status());
    if (!source.ok()) return;
    // A small input may unpack to very much, whose rest is like its beginning.
    constexpr int kMost = 100'000;
    int lines = 0;
    const auto alg = static_cast<model::WriteAlg>(input.size() % 6);
    auto reader = memory::TraceReader::open(
        std::move(source.value()),
        {.geometry = geometry, .write_alg = alg, .stop = [&lines] { return ++lines > kMost; }});
    check_message(reader.status());
    if (!reader.ok() || reader.value()->names_write_alg() != (kind == TraceKind::kCompact)) return;
    const bool split =
        kind == TraceKind::kText && memory::WordRequests::needed(alg) && geometry.mapping() == model::Mapping::kWord;
    TraceRun run(geometry, input.size());
    memory::TraceRecord record;
    for (int i = 0; i < kMost; ++i) {
        const Result<bool> more = reader.value()->next(record);
        check_message(more.status());
        if (!more.ok() || !more.value()) break;
        check_record(geometry, record);
        if (!split || record.command.op != model::Op::kWrite) {
            run.submit(record);
            continue;
        }
        memory::WordRequests words;
        for (words.split(record); words.next(record); run.submit(record)) check_record(geometry, record);
    }
    run.finish();
}

}  // namespace sky::test
