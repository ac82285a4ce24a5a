// The part of skytrack_index.h that reads and writes entries, checks and counts.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>

#include "host/index/c_boundary.hpp"

namespace {

using sky::Status;
using sky::index::Bytes;
using sky::index::WriteBatch;
using sky::index::c::check_buffer;
using sky::index::c::fail;
using sky::index::c::give_value;
using sky::index::c::guarded;
using sky::index::c::missing;
using sky::index::c::OpenIndex;
using sky::index::c::operate;
using sky::memory::Counter;

constexpr size_t kNumberBytes = 8;
constexpr size_t kLongestValue = 4096;
constexpr size_t kRoomForJson = size_t{1} << 20;

/// A number as merge adds it.
std::array<std::byte, kNumberBytes> bytes_of(uint64_t number) {
    std::array<std::byte, kNumberBytes> bytes{};
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(number >> 8 * i);
    return bytes;
}

skytrack_status check_length(size_t length, size_t longest) {
    if (length <= longest) return SKYTRACK_OK;
    return fail(SKYTRACK_TOO_LONG, fmt::format("the value has {} bytes, expected at most {}", length, longest));
}

/// Lengths were checked: what a tree refuses then is for want of room.
skytrack_status room_status(const Status& status) {
    return status.ok() ? SKYTRACK_OK : fail(SKYTRACK_FULL, status.message());
}

skytrack_status check_lengths(const OpenIndex& open, const WriteBatch& batch) {
    for (const WriteBatch::Operation& operation : batch.operations())
        if (skytrack_status status = check_length(operation.value.size(), open.tree->config().max_value_bytes);
            status != SKYTRACK_OK)
            return status;
    return SKYTRACK_OK;
}

skytrack_status write(OpenIndex& open, const WriteBatch& batch) {
    if (skytrack_status status = check_lengths(open, batch); status != SKYTRACK_OK) return status;
    return room_status(open.tree->write(batch));
}

std::span<const std::byte> bytes_at(const void* value, size_t length) {
    return {static_cast<const std::byte*>(value), length};
}

template <typename Add>
skytrack_status add(skytrack_batch* batch, Add&& add_to) {
    if (batch == nullptr) return missing("batch");
    return guarded([&]() -> skytrack_status {
        add_to(batch->operations);
        return SKYTRACK_OK;
    });
}

/// A copy that skytrack_free() ends.
char* c_string(const std::string& text) {
    auto* const copy = static_cast<char*>(std::malloc(text.size() + 1));
    if (copy == nullptr) throw std::bad_alloc();
    std::memcpy(copy, text.c_str(), text.size() + 1);
    return copy;
}

}  // namespace

skytrack_status skytrack_index_put(skytrack_index* index, uint64_t key, const void* value, size_t length) {
    if (value == nullptr && length != 0) return missing("value, but not its length,");
    return operate(index, [&](auto& open) -> skytrack_status {
        if (skytrack_status status = check_length(length, open.tree->config().max_value_bytes); status != SKYTRACK_OK)
            return status;
        return room_status(open.tree->put(key, bytes_at(value, length)));
    });
}

skytrack_status skytrack_index_get(skytrack_index* index, uint64_t key, void* buffer, size_t capacity,
                                   size_t* length) {
    if (length != nullptr) *length = 0;
    if (skytrack_status status = check_buffer(buffer, capacity); status != SKYTRACK_OK) return status;
    return operate(index, [&](auto& open) -> skytrack_status {
        const std::optional<Bytes> value = open.tree->get(key);
        return value ? give_value(*value, buffer, capacity, length) : skytrack_status{SKYTRACK_NOT_FOUND};
    });
}

skytrack_status skytrack_index_erase(skytrack_index* index, uint64_t key) {
    return operate(index, [&](auto& open) { return room_status(open.tree->erase(key)); });
}

skytrack_status skytrack_index_erase_range(skytrack_index* index, uint64_t low, uint64_t end) {
    return operate(index, [&](auto& open) { return room_status(open.tree->erase_range(low, end)); });
}

skytrack_status skytrack_index_merge(skytrack_index* index, uint64_t key, uint64_t addend) {
    return operate(index, [&](auto& open) -> skytrack_status {
        if (skytrack_status status = check_length(kNumberBytes, open.tree->config().max_value_bytes);
            status != SKYTRACK_OK)
            return status;
        return room_status(open.tree->merge(key, bytes_of(addend)));
    });
}

uint64_t skytrack_number(const void* value, size_t length) {
    uint64_t number = 0;
    if (value == nullptr || length != kNumberBytes) return number;
    const std::span<const std::byte> bytes = bytes_at(value, length);
    for (size_t i = 0; i < bytes.size(); ++i) number |= static_cast<uint64_t>(bytes[i]) << 8 * i;
    return number;
}

skytrack_status skytrack_batch_new(skytrack_batch** batch) {
    if (batch == nullptr) return missing("batch");
    *batch = nullptr;
    return guarded([&]() -> skytrack_status {
        *batch = new skytrack_batch;
        return SKYTRACK_OK;
    });
}

void skytrack_batch_free(skytrack_batch* batch) { delete batch; }

skytrack_status skytrack_batch_clear(skytrack_batch* batch) {
    return add(batch, [](WriteBatch& operations) { operations.clear(); });
}

skytrack_status skytrack_batch_put(skytrack_batch* batch, uint64_t key, const void* value, size_t length) {
    if (value == nullptr && length != 0) return missing("value, but not its length,");
    if (batch == nullptr) return missing("batch");
    return guarded([&]() -> skytrack_status {
        if (skytrack_status status = check_length(length, kLongestValue); status != SKYTRACK_OK) return status;
        batch->operations.put(key, bytes_at(value, length));
        return SKYTRACK_OK;
    });
}

skytrack_status skytrack_batch_erase(skytrack_batch* batch, uint64_t key) {
    return add(batch, [&](WriteBatch& operations) { operations.erase(key); });
}

skytrack_status skytrack_batch_erase_range(skytrack_batch* batch, uint64_t low, uint64_t end) {
    return add(batch, [&](WriteBatch& operations) { operations.erase_range(low, end); });
}

skytrack_status skytrack_batch_merge(skytrack_batch* batch, uint64_t key, uint64_t addend) {
    return add(batch, [&](WriteBatch& operations) { operations.merge(key, bytes_of(addend)); });
}

skytrack_status skytrack_index_write(skytrack_index* index, const skytrack_batch* batch) {
    if (batch == nullptr) return missing("batch");
    return operate(index, [&](auto& open) { return write(open, batch->operations); });
}

skytrack_status skytrack_index_verify(skytrack_index* index) {
    return operate(index, [](auto& open) -> skytrack_status {
        const std::string found = open.tree->verify();
        return found.empty() ? SKYTRACK_OK : fail(SKYTRACK_CORRUPT, found);
    });
}

skytrack_status skytrack_index_usage(skytrack_index* index, skytrack_usage* usage, size_t usage_size) {
    if (usage == nullptr) return missing("usage");
    return operate(index, [&](auto& open) -> skytrack_status {
        if (usage_size != sizeof *usage)
            return fail(
                SKYTRACK_INVALID_ARGUMENT,
                fmt::format("the structure has {} bytes, expected {}; compile with the header of this library",
                            usage_size, sizeof *usage));
        sky::memory::MemorySession& memory = open.memory();
        memory.drain();
        const sky::memory::Counters& counted = memory.counters();
        const auto number = [&](Counter counter) { return static_cast<double>(counted[counter]); };
        *usage = {.model_time_ns = number(Counter::kCycles) * memory.timing().cycle_ps / 1000,
                  .energy_pj = number(Counter::kEnergyFj) / 1000,
                  .shifts = counted[Counter::kShifts],
                  .track_steps = counted[Counter::kTrackSteps],
                  .detects = counted[Counter::kDetects],
                  .removes = counted[Counter::kRemoves],
                  .injects = counted[Counter::kInjects],
                  .passes = counted[Counter::kPasses],
                  .words_read = counted[Counter::kWordsRead],
                  .words_written = counted[Counter::kWordsWritten]};
        return SKYTRACK_OK;
    });
}

skytrack_status skytrack_index_statistics(skytrack_index* index, char** json) {
    if (json == nullptr) return missing("json");
    *json = nullptr;
    return operate(index, [&](auto& open) -> skytrack_status {
        // The JSON library does not survive an allocation that fails, so that one of ours comes first.
        std::make_unique_for_overwrite<std::byte[]>(kRoomForJson).reset();
        nlohmann::ordered_json text;
        text["memory"] = open.memory().statistics().json();
        text["index"] = open.tree->statistics().json();
        *json = c_string(text.dump(2));
        return SKYTRACK_OK;
    });
}

void skytrack_free(void* memory) { std::free(memory); }
