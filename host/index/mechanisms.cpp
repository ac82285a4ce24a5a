#include "host/index/mechanisms.hpp"

#include <array>

namespace sky::index {
namespace {

constexpr std::array<Kind, 5> kKinds = {Kind::kBplus, Kind::kBplusPar, Kind::kSkytree, Kind::kBeps, Kind::kSkyeps};

constexpr std::array<MechanismInfo, 8> kInfos = {{
    {"port_parallel", &Mechanisms::port_parallel, "one pass serves many ports, and updates are batched"},
    {"virtual_buffers", &Mechanisms::virtual_buffers, "messages hold the number of a value slot, not the value"},
    {"indexed_leaves", &Mechanisms::indexed_leaves, "leaves hold the number of a value slot, not the value"},
    {"compare_write", &Mechanisms::compare_write, "writes change in place what differs"},
    {"lazy_removal", &Mechanisms::lazy_removal, "what is freed stays until it is written again"},
    {"fingerprints", &Mechanisms::fingerprints, "16 bits of each key's hash in SRAM choose what a search reads"},
    {"scan_search", &Mechanisms::scan_search, "keys are compared bit by bit at all ports of a track"},
    {"relabel", &Mechanisms::relabel, "a split hands over tracks that hold the upper half only"},
}};

Mechanisms of_kind(Kind kind) {
    switch (kind) {
        case Kind::kBplus:
        case Kind::kBeps: return {.lazy_removal = true};
        case Kind::kSkytree:
            return {.port_parallel = true,
                    .compare_write = true,
                    .lazy_removal = true,
                    .scan_search = true,
                    .relabel = true};
        case Kind::kBplusPar:
            return {.port_parallel = true,
                    .indexed_leaves = true,
                    .compare_write = true,
                    .lazy_removal = true,
                    .fingerprints = true,
                    .scan_search = true,
                    .relabel = true};
        case Kind::kSkyeps: {
            Mechanisms all = of_kind(Kind::kBplusPar);
            all.virtual_buffers = true;
            return all;
        }
    }
    return {};
}

}  // namespace

const char* to_string(Kind kind) {
    switch (kind) {
        case Kind::kBplus: return "bplus";
        case Kind::kBplusPar: return "bplus_par";
        case Kind::kSkytree: return "skytree";
        case Kind::kBeps: return "beps";
        case Kind::kSkyeps: return "skyeps";
    }
    return "unknown index";
}

std::span<const Kind> kinds() { return kKinds; }

std::optional<Kind> parse_kind(const std::string& name) {
    for (const Kind kind : kKinds)
        if (name == to_string(kind)) return kind;
    return std::nullopt;
}

std::span<const MechanismInfo> mechanism_infos() { return kInfos; }

Mechanisms mechanisms_of(Kind kind, bool durable) {
    Mechanisms mechanisms = of_kind(kind);
    mechanisms.relabel = mechanisms.relabel && !durable;
    return mechanisms;
}

}  // namespace sky::index
