// fuzz_seeds FOLDER: writes good inputs for every fuzzing target, one folder each, as its first corpus.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>

#include "host/memory/compact_trace.hpp"
#include "host/memory/image.hpp"
#include "host/memory/random.hpp"
#include "tests/fuzz/read_trace.hpp"

namespace {

using namespace sky;
namespace fs = std::filesystem;

constexpr const char* kSuffixes[] = {"", ".gz", ".zst"};
constexpr unsigned kLengths = 16;

void must(const Status& status) {
    if (status.ok()) return;
    std::cerr << status.message() << '\n';
    std::exit(1);
}

template <typename Writer, typename... Arguments>
std::unique_ptr<Writer> create(const fs::path& path, const Arguments&... arguments) {
    auto writer = Writer::create(path.string(), arguments...);
    must(writer.status());
    return std::move(writer.value());
}

void text_traces(const fs::path& folder) {
    const std::string data(128, '5');
    const std::string traces[] = {
        fmt::format("NVMV1\n0 W 0x140 {0} {0} 7\n\n1 R 1f {0} 0\n", data),
        fmt::format("3 W 1f40 {} 0", data),
        "LD 0x140\r\nST 320\nLD\t0X17f\n",
        "0x140 READ 0\n140 WRITE 10\n0x17F read 11\n0x140 write 12\n",
        "hello\n",
    };
    for (size_t i = 0; i < std::size(traces); ++i)
        for (const char* suffix : kSuffixes) {
            auto file = create<memory::PackedFile>(folder / fmt::format("{}{}", i, suffix));
            file->write(traces[i]);
            must(file->commit());
        }
}

void kv_traces(const fs::path& folder) {
    for (const char* suffix : kSuffixes) {
        auto file = create<memory::PackedFile>(folder / fmt::format("all{}", suffix));
        file->write(
            "# each\ninsert 0x1f40 64\nupdate 8000\r\n\nread\t0X1F40 # there\nscan 0 20\nscan 7\ndelete 8000\n"
            "insert 18446744073709551615 4096\ninsert 5 0");
        must(file->commit());
    }
}

/// Lines that come again, of a length for itself: with another length the memory works another way.
void repeated_lines(const fs::path& folder) {
    for (unsigned length = 0; length < kLengths; ++length) {
        auto file = create<memory::PackedFile>(folder / fmt::format("repeated{}", length));
        for (unsigned i = 0; i < 24; ++i)
            file->write(fmt::format("0x{:x} {} {}\n", i % 5 * 64, i % 3 == 0 ? "READ" : "WRITE", i));
        file->write(std::string(length, '\n'));
        must(file->commit());
    }
}

void compact_traces(const fs::path& folder, const model::Geometry& geometry, const std::string& name,
                    unsigned requests) {
    auto writer = create<memory::TraceWriter>(folder / name, geometry);
    memory::Random random(requests);
    for (unsigned i = 0; i < requests; ++i) {
        const memory::Command command{
            .op = static_cast<memory::Op>(i % 5),
            .write_alg = static_cast<memory::WriteAlg>(i % 6),
            .site = static_cast<uint8_t>(geometry.tracks_per_row == 1 ? 0 : i % geometry.sites_per_segment),
            .row = static_cast<uint32_t>(random.below(i % 4 == 0 ? geometry.rows() : 2)),
            .seg_mask = random.next() & geometry.segment_mask() & 0x11};
        if (command.seg_mask == 0) continue;
        std::vector<uint64_t> beats(command.data_beats(geometry));
        for (uint64_t& beat : beats) beat = random.next() & geometry.word_mask();
        writer->add(command, beats);
    }
    must(writer->close());
}

void images(const fs::path& folder, const model::Geometry& geometry, const std::string& name) {
    auto writer = create<memory::ImageWriter>(folder / name, geometry);
    memory::Random random(7);
    for (uint64_t r = 0; r < 3; ++r) {
        memory::StoredRow row{
            .row = 5 * r, .offset = static_cast<int32_t>(r) - 1, .flags = geometry.flag_site ? r : 0, .words = {}};
        for (uint64_t w = 0; w < geometry.row_words(); ++w) row.words.push_back(random.next() & geometry.word_mask());
        writer->add(row);
    }
    must(writer->close());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: fuzz_seeds FOLDER\n";
        return 2;
    }
    const fs::path folder = argv[1];
    for (const char* target : {"text_trace", "compact_trace", "image", "kv_trace"})
        fs::create_directories(folder / target);
    text_traces(folder / "text_trace");
    kv_traces(folder / "kv_trace");
    repeated_lines(folder / "text_trace");
    for (size_t i = 0; i < test::fuzz_arrays().size(); ++i) {
        const model::Geometry& geometry = test::fuzz_arrays()[i];
        for (const char* suffix : kSuffixes) {
            const std::string name = fmt::format("{}{}", i, suffix);
            compact_traces(folder / "compact_trace", geometry, name, 30);
            images(folder / "image", geometry, name);
        }
        for (unsigned length = 0; length < kLengths; ++length)
            compact_traces(folder / "compact_trace", geometry, fmt::format("{}-{}", i, length), 31 + length);
    }
    return 0;
}
