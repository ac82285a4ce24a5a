#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "sysc/model/regfile/accesses.hpp"

namespace sky::model::rf {

/// The operand buffer: registers in front of an array, write-back, the least recently used one gives way. Equals
/// rtl/regfile/sky_rf_buffer.sv. A request is looked up, then asked of the array in parts, then entered.
class OperandBuffer {
   public:
    explicit OperandBuffer(uint32_t entries) : capacity_(entries) {}

    [[nodiscard]] bool in_use() const { return capacity_ != 0; }
    void clear() { size_ = 0; }

    /// What a request needs of the array: first reads() with the first of backs(), then the other ones alone.
    void look_up(const Accesses& request) {
        request_ = &request;
        reads_ = 0;
        backs_size_ = 0;
        for (const uint32_t access : {kRead1, kRead2}) {
            if (!request.wants(access)) continue;
            const uint8_t reg = request.reg[access];
            if (request.wants(kWrite) && request.reg[kWrite] == reg)
                data_[access] = request.data;
            else if (const Entry* entry = find(reg))
                data_[access] = entry->data;
            else
                reads_ |= bit_of(access);
        }
        after_ = entries_;
        after_size_ = size_;
        for (const uint32_t access : {kWrite, kRead1, kRead2})
            if (request.wants(access)) touch(access);
    }
    /// The reads that missed, bit_of each.
    [[nodiscard]] uint32_t reads() const { return reads_; }
    struct Back {
        uint8_t reg = 0;
        uint64_t data = 0;
    };
    [[nodiscard]] std::span<const Back> backs() const { return {backs_.data(), backs_size_}; }

    /// Ends the request: `data` has what the array answered, and gets what was here.
    void enter(ReadData& data) {
        for (const uint32_t access : {kRead1, kRead2}) {
            if (!request_->wants(access)) continue;
            if ((reads_ & bit_of(access)) == 0) data[access] = data_[access];
        }
        entries_ = after_;
        size_ = after_size_;
        for (uint32_t e = 0; e < size_; ++e) {
            if (entries_[e].read != 0) entries_[e].data = data[entries_[e].read];
            entries_[e].read = 0;
        }
    }

    /// The hints that are left for the array, with or without a request that runs.
    [[nodiscard]] uint32_t hints(const Ahead& ahead, const Accesses* running) const {
        uint32_t left = ahead.want & ~bit_of(kWrite);
        for (const uint32_t access : {kRead1, kRead2}) {
            const uint8_t reg = ahead.reg[access];
            bool here = find(reg) != nullptr;
            for (uint32_t a = 0; a < 3 && running != nullptr; ++a)
                here = here || (running->wants(a) && running->reg[a] == reg);
            if (here) left &= ~bit_of(access);
        }
        return left;
    }

    [[nodiscard]] std::optional<uint64_t> peek(uint32_t reg) const {
        const Entry* entry = find(static_cast<uint8_t>(reg));
        return entry != nullptr ? std::optional(entry->data) : std::nullopt;
    }
    void poke(uint32_t reg, uint64_t value) {
        for (uint32_t e = 0; e < size_; ++e)
            if (entries_[e].reg == reg) entries_[e].data = value;
    }

   private:
    struct Entry {
        uint8_t reg = 0;
        bool dirty = false;
        uint8_t read = 0;  ///< the read of the running request that will bring the data, or 0
        uint64_t data = 0;
    };

    [[nodiscard]] const Entry* find(uint8_t reg) const {
        for (uint32_t e = 0; e < size_; ++e)
            if (entries_[e].reg == reg) return &entries_[e];
        return nullptr;
    }

    /// Moves the register's entry to the front, or makes one there.
    void touch(uint32_t access) {
        const uint8_t reg = request_->reg[access];
        uint32_t at = 0;
        while (at < after_size_ && after_[at].reg != reg) ++at;
        Entry entry{.reg = reg, .dirty = false, .read = static_cast<uint8_t>(access), .data = 0};
        if (at < after_size_) {
            entry = after_[at];
        } else if (after_size_ == capacity_) {
            at = capacity_ - 1;
            if (after_[at].dirty) backs_[backs_size_++] = {.reg = after_[at].reg, .data = after_[at].data};
        } else {
            ++after_size_;
        }
        if (access == kWrite) entry = {.reg = reg, .dirty = true, .read = 0, .data = request_->data};
        std::copy_backward(after_.begin(), after_.begin() + at, after_.begin() + at + 1);
        after_[0] = entry;
    }

    static constexpr uint32_t kMost = 4;
    uint32_t capacity_;
    std::array<Entry, kMost> entries_{}, after_{};  // the most recently used first; after the running request
    uint32_t size_ = 0, after_size_ = 0;
    const Accesses* request_ = nullptr;
    uint32_t reads_ = 0;
    ReadData data_{};
    std::array<Back, 3> backs_{};
    uint32_t backs_size_ = 0;
};

}  // namespace sky::model::rf
