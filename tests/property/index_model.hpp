#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/property/index_fixture.hpp"
#include "tests/support/index_map.hpp"

namespace sky::test {

/// A write that a random test draws; what it stores depends on a salt besides.
struct Write {
    index::WriteBatch::What what;
    index::Key key;
    uint32_t number;  ///< value bytes of a put, keys of a range
};

inline std::ostream& operator<<(std::ostream& out, const Write& write) {
    constexpr const char* kNames[] = {"put", "erase", "merge", "erase_range"};
    return out << kNames[static_cast<size_t>(write.what)] << '(' << write.key << ", " << write.number << ')';
}

/// As one operation of an index whose values have up to `max_value_bytes` bytes: without room for a number, a merge
/// becomes an erase.
inline index::WriteBatch::Operation to_operation(const Write& write, uint64_t salt, uint32_t max_value_bytes) {
    using What = index::WriteBatch::What;
    index::WriteBatch::Operation operation{.what = write.what, .key = write.key, .value = {}};
    if (write.what == What::kMerge && max_value_bytes < 8) operation.what = What::kErase;
    if (operation.what == What::kPut) operation.value = make_value(salt, std::min(write.number, max_value_bytes));
    if (operation.what == What::kMerge) operation.value = make_operand(write.number * 0x123456789abcdef);
    if (operation.what == What::kEraseRange) operation.end = write.key + std::min<uint64_t>(write.number, ~write.key);
    return operation;
}

inline void add(const index::WriteBatch::Operation& operation, index::WriteBatch& batch) {
    using What = index::WriteBatch::What;
    switch (operation.what) {
        case What::kPut: return batch.put(operation.key, operation.value);
        case What::kErase: return batch.erase(operation.key);
        case What::kMerge: return batch.merge(operation.key, operation.value);
        case What::kEraseRange: return batch.erase_range(operation.key, operation.end);
    }
}

inline Status apply(const index::WriteBatch::Operation& operation, index::Index& tree) {
    using What = index::WriteBatch::What;
    switch (operation.what) {
        case What::kPut: return tree.put(operation.key, operation.value);
        case What::kErase: return tree.erase(operation.key);
        case What::kMerge: return tree.merge(operation.key, operation.value);
        case What::kEraseRange: break;
    }
    return tree.erase_range(operation.key, operation.end);
}

/// Whether something is refused because there is no room for it.
inline bool is_full(const Status& status) { return status.message().find("the memory is full") != std::string::npos; }

/// Whether a batch is refused for what it might need.
inline bool is_careful(const Status& status) {
    return status.message().find("the memory might be full") != std::string::npos ||
           status.message().find("the batch has") != std::string::npos;
}

/// Mostly few keys, so that they meet again; some from everywhere, and both ends.
inline rc::Gen<index::Key> keys() {
    using index::Key;
    return rc::gen::weightedOneOf<Key>({{12, rc::gen::inRange<Key>(0, 200)},
                                        {3, rc::gen::map(rc::gen::inRange<Key>(0, 40), [](Key k) { return ~k; })},
                                        {2, rc::gen::arbitrary<Key>()}});
}

inline rc::Gen<Write> writes() {
    using What = index::WriteBatch::What;
    const auto whats = rc::gen::weightedElement<What>(
        {{8, What::kPut}, {3, What::kErase}, {3, What::kMerge}, {1, What::kEraseRange}});
    return rc::gen::construct<Write>(whats, keys(), rc::gen::inRange<uint32_t>(0, 21));
}

/// 1 to 10 of them.
inline rc::Gen<std::vector<Write>> batches() {
    return rc::gen::mapcat(rc::gen::inRange<size_t>(1, 11),
                           [](size_t count) { return rc::gen::container<std::vector<Write>>(count, writes()); });
}

/// Those of the kind, or each switched on or off as far as the kind allows.
inline index::Mechanisms any_mechanisms(index::Kind kind) {
    index::Mechanisms mechanisms = index::mechanisms_of(kind);
    if (*rc::gen::arbitrary<bool>()) return mechanisms;
    for (const index::MechanismInfo& info : index::mechanism_infos())
        mechanisms.*info.flag = *rc::gen::arbitrary<bool>();
    mechanisms.virtual_buffers &= has_buffers(kind);
    mechanisms.indexed_leaves &= !has_buffers(kind) || mechanisms.virtual_buffers;
    return mechanisms;
}

/// Bit-interleaved, `tracks` counts lines, as word-based.
inline memory::Geometry any_geometry(uint32_t segments, uint64_t tracks) {
    if (*rc::gen::arbitrary<bool>()) return geometry(64, segments, tracks);
    const auto sites = *rc::gen::element<uint32_t>(4, 8, 32);
    return bit_rows(sites, segments, (tracks + sites - 1) / sites);
}

inline index::IndexConfig any_config(index::Kind kind, uint32_t segments) {
    return {.node_tracks = *rc::gen::inRange<uint32_t>(3, 6),
            .fanout = *rc::gen::inRange<uint32_t>(4, segments / 2 + 1),
            .max_value_bytes = *rc::gen::element<uint32_t>(0, 8, 20),
            .flush_children = *rc::gen::inRange<uint32_t>(1, 5),
            .mechanisms = any_mechanisms(kind)};
}

/// What a counterexample needs to be repeated.
template <typename Step>
std::string describe(const std::vector<Step>& sequence, const index::IndexConfig& config) {
    std::ostringstream text;
    text << "\nnode_tracks " << config.node_tracks << ", fanout " << config.fanout << ", max_value_bytes "
         << config.max_value_bytes << ", flush_children " << config.flush_children << '\n';
    for (const index::MechanismInfo& info : index::mechanism_infos())
        text << info.name << ' ' << (*config.mechanisms.*info.flag ? "on" : "off") << '\n';
    for (const Step& step : sequence) text << step << '\n';
    return text.str();
}

}  // namespace sky::test
