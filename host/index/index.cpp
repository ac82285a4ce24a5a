#include "host/index/index.hpp"

#include "host/index/beps.hpp"
#include "host/index/bplus.hpp"
#include "host/index/layout.hpp"

namespace sky::index {

const char* to_string(Kind kind) {
    switch (kind) {
        case Kind::kBplus: return "bplus";
        case Kind::kBeps: return "beps";
    }
    return "unknown index";
}

std::optional<Kind> parse_kind(const std::string& name) {
    for (const Kind kind : {Kind::kBplus, Kind::kBeps})
        if (name == to_string(kind)) return kind;
    return std::nullopt;
}

Result<std::unique_ptr<Index>> Index::create(Kind kind, memory::MemorySession& session, const IndexConfig& config) {
    const Result<NodeLayout> layout = make_layout(kind, session.geometry(), config);
    if (!layout.ok()) return layout.status();
    if (kind == Kind::kBeps) return std::unique_ptr<Index>(std::make_unique<Beps>(session, layout.value()));
    return std::unique_ptr<Index>(std::make_unique<Bplus>(session, layout.value()));
}

}  // namespace sky::index
