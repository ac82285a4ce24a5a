#include "host/index/index.hpp"

#include <fmt/format.h>

#include "host/index/beps.hpp"
#include "host/index/bplus.hpp"
#include "host/index/layout.hpp"

namespace sky::index {
namespace {

std::unique_ptr<Tree> make_tree(Kind kind, memory::MemorySession& session, const NodeLayout& layout,
                                const IndexConfig& config) {
    if (has_buffers(kind)) return std::make_unique<Beps>(kind, session, layout, config);
    return std::make_unique<Bplus>(kind, session, layout, config);
}

}  // namespace

Result<std::unique_ptr<Index>> Index::create(Kind kind, memory::MemorySession& session, const IndexConfig& config) {
    const Result<NodeLayout> layout = make_layout(kind, session.geometry(), config);
    if (!layout.ok()) return layout.status();
    std::unique_ptr<Tree> tree = make_tree(kind, session, layout.value(), config);
    tree->begin(config.durable ? read_superblock(session) : std::nullopt);
    return std::unique_ptr<Index>(std::move(tree));
}

Result<std::unique_ptr<Index>> Index::open(memory::MemorySession& session) {
    const std::optional<Superblock> superblock = read_superblock(session);
    if (!superblock) return Status::error("the memory holds no durable index; make one with `durable` switched on");
    const Result<NodeLayout> layout = make_layout(superblock->kind, session.geometry(), superblock->config);
    if (!layout.ok()) return layout.status();
    if (layout.value().nodes != superblock->nodes)
        return Status::error(
            fmt::format("the index was made on a memory of {} nodes of {} tracks, this one has {}; open it with the "
                        "geometry it was made with",
                        superblock->nodes, layout.value().node_lines, layout.value().nodes));
    std::unique_ptr<Tree> tree = make_tree(superblock->kind, session, layout.value(), superblock->config);
    if (Status status = tree->recover(*superblock); !status.ok()) return status;
    return std::unique_ptr<Index>(std::move(tree));
}

}  // namespace sky::index
