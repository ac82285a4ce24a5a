#include "host/memory/line_records.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include "host/memory/image.hpp"
#include "sysc/model/pass.hpp"
#include "sysc/model/segments.hpp"

namespace sky::memory {

namespace {

static_assert(std::endian::native == std::endian::little, "a record is copied as it lies in the host's memory");

struct Head {
    uint32_t row;
    int16_t offset;
    uint8_t site;
    uint8_t zero;
    uint64_t mask;
    uint64_t flags;
};
static_assert(sizeof(Head) == 24 && std::is_trivially_copyable_v<Head>);

/// Calls f(first word, how many) for each run of the line's words, which lie side by side in the row.
template <typename F>
void each_word_run(const model::TrackStore& tracks, const model::Geometry& geometry, uint64_t mask, uint32_t site,
                   F&& f) {
    const size_t beats = geometry.beats_per_segment();
    model::each_run(mask, [&](uint32_t first, uint32_t count) { f(tracks.word_index(first, site), count * beats); });
}

/// Empty when a line of the session's memory can be so.
std::string problem(const Head& head, std::span<const uint64_t> words, const MemorySession& session) {
    const model::Geometry& geometry = session.geometry();
    const uint32_t sites = geometry.mapping() == Mapping::kWord ? 1 : geometry.sites_per_segment;
    if (head.row >= geometry.rows()) return fmt::format("row {} of a memory of {} rows", head.row, geometry.rows());
    if (head.site >= sites) return fmt::format("site {} of row {}, which has {}", head.site, head.row, sites);
    std::string text = row_problem(geometry, head.row, head.offset, head.flags, words);
    if (text.empty()) text = session.objection(head.row, head.offset);
    return text;
}

}  // namespace

void append_record(const ChangedLine& line, const model::Geometry& geometry, const model::TrackStore& tracks,
                   std::vector<std::byte>& out) {
    const std::optional<model::TrackStore::Row> row = tracks.find(line.row);
    if (!row) return;
    const Head head{.row = line.row,
                    .offset = *row->offset,
                    .site = line.site,
                    .zero = 0,
                    .mask = line.mask,
                    .flags = row->flags == nullptr ? 0 : *row->flags};
    const size_t words = static_cast<size_t>(std::popcount(line.mask)) * geometry.beats_per_segment();
    const size_t at = out.size();
    out.resize(at + sizeof head + words * sizeof(uint64_t));
    std::byte* to = out.data() + at;
    std::memcpy(to, &head, sizeof head);
    to += sizeof head;
    each_word_run(tracks, geometry, line.mask, line.site, [&](uint64_t first, size_t count) {
        std::memcpy(to, row->words + first, count * sizeof(uint64_t));
        to += count * sizeof(uint64_t);
    });
}

Result<size_t> apply_record(std::span<const std::byte> bytes, MemorySession& session) {
    const model::Geometry& geometry = session.geometry();
    Head head{};
    if (bytes.size() < sizeof head) return Status::error("a record is cut off");
    std::memcpy(&head, bytes.data(), sizeof head);
    if ((head.mask & ~geometry.segment_mask()) != 0)
        return Status::error(fmt::format("row {} has no segments {:#x}", head.row, head.mask));
    std::array<uint64_t, model::kMaxPassWords> buffer{};
    const std::span<uint64_t> words(buffer.data(),
                                    static_cast<size_t>(std::popcount(head.mask)) * geometry.beats_per_segment());
    const size_t size = sizeof head + words.size_bytes();
    if (bytes.size() < size) return Status::error("a record is cut off");
    if (!words.empty()) std::memcpy(words.data(), bytes.data() + sizeof head, words.size_bytes());
    if (std::string text = problem(head, words, session); !text.empty()) return Status::error(std::move(text));
    model::TrackStore& tracks = *session.tracks();
    const model::TrackStore::Row row = tracks.touch(head.row);
    *row.offset = head.offset;
    if (row.flags != nullptr) *row.flags = head.flags;
    const uint64_t* from = words.data();
    each_word_run(tracks, geometry, head.mask, head.site, [&](uint64_t first, size_t count) {
        std::memcpy(row.words + first, from, count * sizeof(uint64_t));
        from += count;
    });
    return size;
}

}  // namespace sky::memory
