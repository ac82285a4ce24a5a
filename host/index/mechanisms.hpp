#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace sky::index {

enum class Kind : uint8_t { kBplus, kBplusPar, kSkytree, kBeps, kSkyeps };
[[nodiscard]] const char* to_string(Kind kind);
[[nodiscard]] std::optional<Kind> parse_kind(const std::string& name);
[[nodiscard]] std::span<const Kind> kinds();

/// What an index does to be cheap. Every implementation is one set of these on a B+-tree or a Bε-tree, and each can
/// be switched alone, so that its share can be measured.
struct Mechanisms {
    bool port_parallel = false;    ///< PPU: a pass serves many ports, and what it can serve is batched
    bool virtual_buffers = false;  ///< VBE: messages hold the number of a value slot instead of the value
    bool indexed_leaves = false;   ///< so do leaves: a value is injected once in its life
    bool compare_write = false;    ///< writes change in place what differs (DCW) instead of erasing first (naive)
    bool lazy_removal = false;     ///< what is freed stays on the device until it is written again
    bool fingerprints = false;     ///< 16 bits of each key's hash in SRAM, so that a search reads what matches
    bool scan_search = false;      ///< keys are compared bit by bit at all ports of a track (SCAN)
    bool relabel = false;          ///< a split hands over tracks that hold the upper half only

    bool operator==(const Mechanisms&) const = default;
};

struct MechanismInfo {
    const char* name;  ///< as in a configuration
    bool Mechanisms::*flag;
    const char* description;
};
[[nodiscard]] std::span<const MechanismInfo> mechanism_infos();

/// A durable tree goes without relabel.
[[nodiscard]] Mechanisms mechanisms_of(Kind kind, bool durable = false);
/// Whether nodes buffer messages on their way down.
[[nodiscard]] constexpr bool has_buffers(Kind kind) { return kind == Kind::kBeps || kind == Kind::kSkyeps; }

}  // namespace sky::index
