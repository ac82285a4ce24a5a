#include "sysc/model/rv32/memory_map.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sky::model::rv32 {

namespace {

static_assert(std::endian::native == std::endian::little, "words are copied to and from memory as they are");

constexpr uint64_t kLoadWait = 1;

constexpr bool inside(uint32_t address, uint32_t base, uint32_t bytes) { return address - base < bytes; }
constexpr uint32_t mask_of(uint32_t bytes) { return bytes == 4 ? ~0U : (1U << (8 * bytes)) - 1; }
/// The bytes of a word from the addressed one on.
constexpr uint32_t narrowed(uint32_t word, uint32_t address, uint32_t bytes) {
    return (word >> (8 * (address & 3))) & mask_of(bytes);
}

}  // namespace

MemoryMap::MemoryMap(uint32_t ram_bytes, SkrmPort* skrm, uint32_t skrm_bytes)
    : ram(ram_bytes), skrm_(skrm), skrm_bytes_(skrm != nullptr ? skrm_bytes : 0) {}

MemoryMap::Reply MemoryMap::load(uint32_t address, uint32_t bytes, uint64_t cycle) {
    const auto answer = [](uint32_t data) { return Reply{.data = data, .wait_cycles = kLoadWait}; };
    if (ram.contains(address, bytes)) {
        uint32_t data = 0;
        std::array<uint8_t, 4> raw{};
        ram.read(address - Ram::kBase, raw.data(), bytes);
        std::memcpy(&data, raw.data(), raw.size());
        return answer(data);
    }
    if (inside(address, kSavePageBase, kSavePageBytes)) {
        uint32_t data = 0;
        std::memcpy(&data, save_page_.data() + (address - kSavePageBase), bytes);
        return answer(data);
    }
    if (inside(address, kTimerBase, kTimerBytes))
        return answer(narrowed(timer.read((address & ~3U) - kTimerBase, cycle), address, bytes));
    if (inside(address, kConsoleBase, kConsoleBytes)) {
        const uint32_t offset = address - kConsoleBase;
        if (offset >= 4 && (bytes != 4 || offset == 12)) return {.fault = true};
        return answer(address == kConsoleReady ? 1 : 0);
    }
    return skrm_access(address, bytes, false, 0, cycle);
}

MemoryMap::Reply MemoryMap::store(uint32_t address, uint32_t bytes, uint32_t data, uint64_t cycle) {
    if (ram.contains(address, bytes)) {
        ram_store(address, bytes, data);
        return {};
    }
    if (inside(address, kSavePageBase, kSavePageBytes)) {
        std::memcpy(save_page_.data() + (address - kSavePageBase), &data, bytes);
        return {};
    }
    if (inside(address, kTimerBase, kTimerBytes)) {
        const uint32_t shift = 8 * (address & 3);
        timer.write((address & ~3U) - kTimerBase, data << shift, mask_of(bytes) << shift, cycle);
        return {};
    }
    if (inside(address, kConsoleBase, kConsoleBytes)) return console_store(address - kConsoleBase, bytes, data);
    return skrm_access(address, bytes, true, data & mask_of(bytes), cycle);
}

MemoryMap::Reply MemoryMap::console_store(uint32_t offset, uint32_t bytes, uint32_t data) {
    if (offset < 4) {
        if (offset == 0 && console) console(static_cast<char>(data & 0xff));
        return {};
    }
    if (bytes != 4 || offset == 12) return {.fault = true};
    if (kConsoleBase + offset == kExit) ending = Ending{.to_host = false, .code = data & 0xff};
    return {};
}

MemoryMap::Reply MemoryMap::skrm_access(uint32_t address, uint32_t bytes, bool write, uint32_t data, uint64_t cycle) {
    if (!inside(address, kSkrmBase, skrm_bytes_)) return {.fault = true};
    const SkrmPort::Reply reply =
        skrm_->access({.cycle = cycle, .offset = address - kSkrmBase, .bytes = bytes, .write = write, .data = data});
    return {.data = reply.data & mask_of(bytes), .wait_cycles = reply.wait_cycles, .fault = reply.fault};
}

void MemoryMap::ram_store(uint32_t address, uint32_t bytes, uint32_t data) {
    std::array<uint8_t, 4> raw{};
    std::memcpy(raw.data(), &data, raw.size());
    ram.write(address - Ram::kBase, raw.data(), bytes);
    if (address == to_host_ && bytes == 4 && data != 0) ending = Ending{.to_host = true, .code = data >> 1};
}

void MemoryMap::set_to_host(uint32_t address) {
    to_host_ = address;
    if (ram.contains(address, 4)) ram.watch(address - Ram::kBase);
}

bool MemoryMap::write(uint32_t address, std::span<const uint8_t> bytes) {
    if (bytes.empty()) return true;
    const auto count = static_cast<uint32_t>(bytes.size());
    if (ram.contains(address, count)) {
        ram.write(address - Ram::kBase, bytes.data(), count);
        return true;
    }
    const uint32_t offset = address - kSavePageBase;
    if (offset >= kSavePageBytes || count > kSavePageBytes - offset) return false;
    std::copy(bytes.begin(), bytes.end(), save_page_.begin() + offset);
    return true;
}

bool MemoryMap::read(uint32_t address, std::span<uint8_t> bytes) const {
    const auto count = static_cast<uint32_t>(bytes.size());
    if (ram.contains(address, count)) {
        ram.read(address - Ram::kBase, bytes.data(), count);
        return true;
    }
    const uint32_t offset = address - kSavePageBase;
    if (offset >= kSavePageBytes || count > kSavePageBytes - offset) return false;
    std::copy_n(save_page_.begin() + offset, count, bytes.begin());
    return true;
}

}  // namespace sky::model::rv32
