#include "host/index/index.hpp"

#include "host/index/beps.hpp"
#include "host/index/bplus.hpp"
#include "host/index/layout.hpp"

namespace sky::index {

Result<std::unique_ptr<Index>> Index::create(Kind kind, memory::MemorySession& session, const IndexConfig& config) {
    const Result<NodeLayout> layout = make_layout(kind, session.geometry(), config);
    if (!layout.ok()) return layout.status();
    if (has_buffers(kind)) return std::unique_ptr<Index>(std::make_unique<Beps>(session, layout.value()));
    return std::unique_ptr<Index>(std::make_unique<Bplus>(session, layout.value()));
}

}  // namespace sky::index
