#include "sysc/model/row_index.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

namespace sky::model {

namespace {

constexpr size_t kFirstEntries = 64;

}  // namespace

RowIndex::RowIndex(uint64_t rows, uint64_t row_bytes)
    : rows_(rows),
      direct_from_(4 * rows * sizeof(uint32_t) / row_bytes),
      size_(kFirstEntries),
      home_shift_(64 - static_cast<uint32_t>(std::countr_zero(kFirstEntries))),
      table_(kFirstEntries * sizeof(Entry)) {}

void RowIndex::add(uint64_t row, uint32_t slot) {
    if (row >= rows_) throw std::out_of_range("RowIndex: the row does not exist");
    if (++used_ * 3 > size_ * 2 && !direct_) {
        if (used_ >= direct_from_)
            go_direct();
        else
            grow();
    }
    if (direct_)
        slots()[row] = slot;
    else
        entries()[probe(row)] = {.row = static_cast<uint32_t>(row), .slot = slot};
}

void RowIndex::grow() {
    const size_t old_size = size_;
    const LazyMemory old = std::exchange(table_, LazyMemory(2 * old_size * sizeof(Entry)));
    table_.expect(table_.bytes());
    size_ = 2 * old_size;
    --home_shift_;
    const auto* entry = reinterpret_cast<const Entry*>(old.data());
    for (const Entry* end = entry + old_size; entry != end; ++entry)
        if (entry->slot != kNone) entries()[probe(entry->row)] = *entry;
}

void RowIndex::go_direct() {
    const LazyMemory old = std::exchange(table_, LazyMemory(rows_ * sizeof(uint32_t)));
    table_.expect(table_.bytes());
    direct_ = true;
    const auto* entry = reinterpret_cast<const Entry*>(old.data());
    for (const Entry* end = entry + size_; entry != end; ++entry)
        if (entry->slot != kNone) slots()[entry->row] = entry->slot;
}

}  // namespace sky::model
