// The part of skytrack_index.h that makes, opens and closes indexes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "host/index/c_boundary.hpp"
#include "host/index/layout.hpp"

namespace {

using sky::Result;
using sky::Status;
using sky::index::Index;
using sky::index::IndexConfig;
using sky::index::Kind;
using sky::index::c::fail;
using sky::index::c::guarded;
using sky::index::c::missing;
using sky::index::c::OpenIndex;
using sky::index::c::operate;
using sky::memory::Backend;
using sky::memory::MemorySession;
using sky::memory::SessionConfig;
using sky::memory::Store;

constexpr uint32_t kWordTracks = 64;  // of a row, bit-interleaved: the bits of a word

/// In the order of the C header's numbers.
constexpr Kind kKinds[] = {Kind::kBplus, Kind::kBplusPar, Kind::kSkytree, Kind::kBeps, Kind::kSkyeps};
constexpr Backend kBackends[] = {Backend::kFast, Backend::kTlm, Backend::kRtl};

skytrack_kind number_of(Kind kind) {
    return static_cast<skytrack_kind>(std::find(std::begin(kKinds), std::end(kKinds), kind) - std::begin(kKinds));
}

/// What C++ calls it.
struct Wanted {
    Kind kind;
    SessionConfig memory;
    IndexConfig index;
};

skytrack_status refuse(const char* what, uint64_t value, const char* expected) {
    return fail(SKYTRACK_INVALID_ARGUMENT, fmt::format("{} is {}, expected {}", what, value, expected));
}

skytrack_status check_size(size_t size, size_t expected) {
    if (size == expected) return SKYTRACK_OK;
    return fail(
        SKYTRACK_INVALID_ARGUMENT,
        fmt::format("the structure has {} bytes, expected {}; pass sizeof of it, set it by its init function, "
                    "and compile with the header of this library",
                    size, expected));
}

skytrack_status check_numbers(const skytrack_config& config) {
    if (skytrack_status status = check_size(config.struct_size, sizeof config); status != SKYTRACK_OK) return status;
    if (config.kind >= std::size(kKinds)) return refuse("kind", config.kind, "a SKYTRACK_KIND_");
    if (config.mapping > SKYTRACK_MAPPING_BIT) return refuse("mapping", config.mapping, "a SKYTRACK_MAPPING_");
    if (config.backend >= std::size(kBackends)) return refuse("backend", config.backend, "a SKYTRACK_BACKEND_");
    if (config.durable > 1) return refuse("durable", config.durable, "0 or 1");
    return SKYTRACK_OK;
}

SessionConfig memory_of(const skytrack_config& config) {
    return {.backend = kBackends[config.backend],
            .geometry = {.sites_per_segment = config.sites,
                         .segments = config.segments,
                         .overhead_sites = config.sites,
                         .tracks = config.tracks,
                         .tracks_per_row = config.mapping == SKYTRACK_MAPPING_BIT ? kWordTracks : 1},
            .timing = sky::model::exact_timing({.shift_ps = config.shift_ps,
                                                .detect_ps = config.detect_ps,
                                                .remove_ps = config.remove_ps,
                                                .inject_ps = config.inject_ps,
                                                .shift_fj = config.shift_fj,
                                                .detect_fj = config.detect_fj,
                                                .remove_fj = config.remove_fj,
                                                .inject_fj = config.inject_fj})};
}

Wanted wanted(const skytrack_config& config) {
    return {.kind = kKinds[config.kind],
            .memory = memory_of(config),
            .index = {.node_tracks = config.node_tracks,
                      .fanout = config.fanout,
                      .max_value_bytes = config.max_value_bytes,
                      .index_bits = config.index_bits,
                      .durable = config.durable != 0}};
}

/// Before anything is made.
skytrack_status check_memory(const SessionConfig& memory) {
    std::string why = memory.geometry.problem();
    if (why.empty()) why = memory.timing.problem();
    return why.empty() ? SKYTRACK_OK : fail(SKYTRACK_BAD_CONFIG, why);
}

skytrack_status check_index(const Wanted& wanted) {
    if (skytrack_status status = check_memory(wanted.memory); status != SKYTRACK_OK) return status;
    const auto layout = sky::index::make_layout(wanted.kind, wanted.memory.geometry, wanted.index);
    return layout.ok() ? SKYTRACK_OK : fail(SKYTRACK_BAD_CONFIG, layout.status().message());
}

skytrack_status start_memory(skytrack_index& made, const SessionConfig& memory) {
    Result<std::unique_ptr<MemorySession>> session = MemorySession::start(memory);
    if (!session.ok()) return fail(SKYTRACK_BAD_CONFIG, session.status().message());
    made.session = std::move(session.value());
    return SKYTRACK_OK;
}

skytrack_status create_tree(skytrack_index& made, const Wanted& wanted) {
    Result<std::unique_ptr<Index>> tree = Index::create(wanted.kind, made.memory(), wanted.index);
    if (!tree.ok()) return fail(SKYTRACK_BAD_CONFIG, tree.status().message());
    made.tree = std::move(tree.value());
    return SKYTRACK_OK;
}

skytrack_status open_tree(skytrack_index& made) {
    Result<std::unique_ptr<Index>> tree = Index::open(made.memory());
    if (!tree.ok()) return fail(SKYTRACK_FILE, tree.status().message());
    made.tree = std::move(tree.value());
    return SKYTRACK_OK;
}

/// The picoseconds are exact: so are the cycles.
skytrack_config describe(const skytrack_index& index) {
    const SessionConfig& memory = index.memory().config();
    const sky::memory::Timing& timing = memory.timing;
    const IndexConfig& shape = index.tree->config();
    const auto* const backend = std::find(std::begin(kBackends), std::end(kBackends), memory.backend);
    return {.struct_size = sizeof(skytrack_config),
            .kind = number_of(index.tree->kind()),
            .mapping = memory.geometry.tracks_per_row == 1 ? skytrack_mapping{SKYTRACK_MAPPING_WORD}
                                                           : skytrack_mapping{SKYTRACK_MAPPING_BIT},
            .backend = static_cast<skytrack_backend>(backend - std::begin(kBackends)),
            .tracks = memory.geometry.tracks,
            .segments = memory.geometry.segments,
            .sites = memory.geometry.sites_per_segment,
            .node_tracks = shape.node_tracks,
            .fanout = shape.fanout,
            .max_value_bytes = shape.max_value_bytes,
            .index_bits = shape.index_bits,
            .durable = shape.durable ? 1U : 0U,
            .shift_ps = timing.shift_cycles * timing.cycle_ps,
            .detect_ps = timing.detect_cycles * timing.cycle_ps,
            .remove_ps = timing.remove_cycles * timing.cycle_ps,
            .inject_ps = timing.inject_cycles * timing.cycle_ps,
            .shift_fj = timing.shift_fj,
            .detect_fj = timing.detect_fj,
            .remove_fj = timing.remove_fj,
            .inject_fj = timing.inject_fj};
}

/// Makes an index by `build(index)`; the caller gets it only when that succeeds.
template <typename Build>
skytrack_status make(skytrack_index** index, Build&& build) {
    if (index == nullptr) return missing("index");
    *index = nullptr;
    return guarded([&]() -> skytrack_status {
        auto made = std::make_unique<skytrack_index>();
        if (skytrack_status status = build(*made); status != SKYTRACK_OK) return status;
        made->config = describe(*made);
        *index = made.release();
        return SKYTRACK_OK;
    });
}

/// The same for what a configuration asks for.
template <typename Build>
skytrack_status make(const skytrack_config* config, skytrack_index** index, Build&& build) {
    return make(index, [&](skytrack_index& made) -> skytrack_status {
        if (config == nullptr) return missing("config");
        if (skytrack_status status = check_numbers(*config); status != SKYTRACK_OK) return status;
        return build(made, wanted(*config));
    });
}

skytrack_status file_status(const Status& status) {
    return status.ok() ? SKYTRACK_OK : fail(SKYTRACK_FILE, status.message());
}

skytrack_status close_files(OpenIndex& index) {
    index.tree->commit();
    return index.store ? file_status(index.store->close()) : skytrack_status{SKYTRACK_OK};
}

/// Under the turn, so that who was in a call has left it.
skytrack_status check_unused(skytrack_index& index) {
    return guarded([&]() -> skytrack_status {
        const std::lock_guard turn(index.turn);
        if (index.handles == 0) return SKYTRACK_OK;
        return fail(SKYTRACK_IN_USE,
                    fmt::format("{} snapshots or iterators of the index are still there; free them", index.handles));
    });
}

}  // namespace

skytrack_status skytrack_config_init(skytrack_config* config, size_t config_size, skytrack_kind kind,
                                     skytrack_mapping mapping) {
    if (config == nullptr) return missing("config");
    return guarded([&]() -> skytrack_status {
        if (skytrack_status status = check_size(config_size, sizeof *config); status != SKYTRACK_OK) return status;
        const bool bit = mapping == SKYTRACK_MAPPING_BIT;
        const sky::model::Costs costs = sky::model::skyrmion_costs();
        const skytrack_config defaults{.struct_size = sizeof *config,
                                       .kind = kind,
                                       .mapping = mapping,
                                       .backend = SKYTRACK_BACKEND_FAST,
                                       .tracks = bit ? 8388608U : 4194304U,
                                       .segments = 32,
                                       .sites = bit ? 32U : 64U,
                                       .node_tracks = 16,
                                       .fanout = 16,
                                       .max_value_bytes = 8,
                                       .index_bits = 24,
                                       .durable = 0,
                                       .shift_ps = costs.shift_ps,
                                       .detect_ps = costs.detect_ps,
                                       .remove_ps = costs.remove_ps,
                                       .inject_ps = costs.inject_ps,
                                       .shift_fj = costs.shift_fj,
                                       .detect_fj = costs.detect_fj,
                                       .remove_fj = costs.remove_fj,
                                       .inject_fj = costs.inject_fj};
        if (skytrack_status status = check_numbers(defaults); status != SKYTRACK_OK) return status;
        *config = defaults;
        return SKYTRACK_OK;
    });
}

skytrack_status skytrack_index_create(const skytrack_config* config, skytrack_index** index) {
    return make(config, index, [](skytrack_index& made, const Wanted& wanted) -> skytrack_status {
        if (skytrack_status status = check_index(wanted); status != SKYTRACK_OK) return status;
        if (skytrack_status status = start_memory(made, wanted.memory); status != SKYTRACK_OK) return status;
        return create_tree(made, wanted);
    });
}

skytrack_status skytrack_index_create_store(const skytrack_config* config, const char* folder,
                                            skytrack_index** index) {
    return make(config, index, [&](skytrack_index& made, const Wanted& wanted) -> skytrack_status {
        if (folder == nullptr) return missing("folder");
        if (!wanted.index.durable)
            return fail(SKYTRACK_BAD_CONFIG,
                        "an index in a store needs durable, without which it cannot be opened again");
        if (wanted.memory.backend != Backend::kFast)
            return fail(SKYTRACK_BAD_CONFIG, "a store needs SKYTRACK_BACKEND_FAST");
        if (skytrack_status status = check_index(wanted); status != SKYTRACK_OK) return status;
        Result<std::unique_ptr<Store>> store = Store::create(folder, wanted.memory, "");
        if (!store.ok()) return fail(SKYTRACK_FILE, store.status().message());
        made.store = std::move(store.value());
        if (skytrack_status status = create_tree(made, wanted); status != SKYTRACK_OK) return status;
        made.tree->commit();
        return file_status(made.store->commit(true));
    });
}

skytrack_status skytrack_index_open_store(const char* folder, skytrack_index** index) {
    return make(index, [&](skytrack_index& made) -> skytrack_status {
        if (folder == nullptr) return missing("folder");
        Result<std::unique_ptr<Store>> store = Store::open(folder);
        if (!store.ok()) {
            const bool none = sky::memory::StoreFolder::is_missing(folder);
            return fail(none ? SKYTRACK_NOT_FOUND : SKYTRACK_FILE, store.status().message());
        }
        made.store = std::move(store.value());
        return open_tree(made);
    });
}

skytrack_status skytrack_index_open_image(const skytrack_config* config, const char* path, skytrack_index** index) {
    return make(config, index, [&](skytrack_index& made, const Wanted& wanted) -> skytrack_status {
        if (path == nullptr) return missing("path");
        if (skytrack_status status = check_memory(wanted.memory); status != SKYTRACK_OK) return status;
        if (skytrack_status status = start_memory(made, wanted.memory); status != SKYTRACK_OK) return status;
        if (skytrack_status status = file_status(made.memory().load_image(path)); status != SKYTRACK_OK)
            return status;
        return open_tree(made);
    });
}

skytrack_status skytrack_index_save_image(skytrack_index* index, const char* path) {
    if (path == nullptr) return missing("path");
    return operate(index, [&](auto& open) -> skytrack_status {
        if (!open.tree->config().durable)
            return fail(SKYTRACK_NOT_DURABLE,
                        "an image of an index that is not durable could not be opened again; make "
                        "the index with durable");
        open.tree->commit();
        return file_status(open.memory().save_image(path));
    });
}

skytrack_status skytrack_index_commit(skytrack_index* index, int sync) {
    return operate(index, [&](auto& open) -> skytrack_status {
        open.tree->commit();
        return open.store ? file_status(open.store->commit(sync != 0)) : skytrack_status{SKYTRACK_OK};
    });
}

skytrack_status skytrack_index_config(skytrack_index* index, skytrack_config* config, size_t config_size) {
    if (index == nullptr) return missing("index");
    if (config == nullptr) return missing("config");
    return guarded([&]() -> skytrack_status {
        if (skytrack_status status = check_size(config_size, sizeof *config); status != SKYTRACK_OK) return status;
        *config = index->config;
        return SKYTRACK_OK;
    });
}

const char* skytrack_index_recovery(skytrack_index* index) {
    if (index == nullptr) return nullptr;
    return index->store ? index->store->recovery().c_str() : "";
}

skytrack_status skytrack_index_close(skytrack_index* index) {
    if (index == nullptr) return SKYTRACK_OK;
    if (skytrack_status status = check_unused(*index); status != SKYTRACK_OK) return status;
    const std::unique_ptr<skytrack_index> owned(index);
    return operate(index, [](auto& open) { return close_files(open); });
}

skytrack_status skytrack_index_discard(skytrack_index* index) {
    if (index == nullptr) return SKYTRACK_OK;
    if (skytrack_status status = check_unused(*index); status != SKYTRACK_OK) return status;
    delete index;
    return SKYTRACK_OK;
}
