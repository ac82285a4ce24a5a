// Ten steps of AdamW over a tensor whose states lie on a disk, tile by tile, and the same in memory: one result.
//
//     optimizer FOLDER
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/optimizer/offloaded_optimizer.hpp"

namespace {

using namespace sky::offload;

bool went_well(const sky::Status& status) {
    if (!status.ok()) std::fprintf(stderr, "optimizer: %s\n", status.message().c_str());
    return status.ok();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: optimizer FOLDER\n");
        return 2;
    }
    const std::vector<OptimizerTensor> tensors{{.name = "q_proj", .elements = 1'000'000}};
    const uint64_t elements = tensors[0].elements;
    std::vector<float> p(elements, 0.02F), m(elements, 0), v(elements, 0), gradient(elements);
    for (uint64_t i = 0; i < elements; ++i) gradient[i] = 1e-3F * static_cast<float>(i % 17) - 8e-3F;

    const uint64_t tile = 2 * kOptimizerBlock;
    const AlignedBuffer buffer(tiled_buffer_bytes(tile));  // all the memory that the steps take
    DirectOptions disk;
    disk.devices = {std::string(argv[1]) + "/disk0"};
    disk.io.buffers = {buffer.span()};
    const auto store = DirectStore::make(tiled_specs(tensors), disk);
    if (!went_well(store.status())) return 1;
    const auto optimizer =
        make_tiled_optimizer(*store.value(), tensors, {.buffer = buffer.span(), .tile_elements = tile});
    if (!went_well(optimizer.status())) return 1;

    const AlignedBuffer spilled(elements * sizeof(float));  // a trainer spills gradients as they come
    std::memcpy(spilled.data(), gradient.data(), elements * sizeof(float));
    constexpr size_t kGradient = 1;  // of tiled_specs()
    if (!went_well(optimizer.value()->write_state(0, p, m, v)) ||
        !went_well(store.value()->write(kGradient, spilled.span())))
        return 1;
    for (uint64_t number = 1; number <= 10; ++number) {
        const AdamWStep step{.lr = 1e-3, .weight_decay = 0.1, .step = number};
        if (!went_well(optimizer.value()->step(step))) return 1;
        adamw(p, m, v, gradient, step);
    }
    std::vector<float> found_p(elements), found_m(elements), found_v(elements);
    if (!went_well(optimizer.value()->read_state(0, {.p = found_p, .m = found_m, .v = found_v}))) return 1;
    const bool same = found_p == p && found_m == m && found_v == v;
    std::printf("after 10 steps %s bits as in memory; %zu bytes of buffers for %zu of states\n",
                same ? "the same" : "other", buffer.size(), elements * kStateBytes);
    return same && std::fflush(stdout) == 0 ? 0 : 1;
}
