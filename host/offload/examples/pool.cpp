// Streams the matrices of a small network through a pool with slots by size: one thread fetches ahead, another
// computes. Then a pool that is too small, which is refused before anything is allocated.
//
//     pool [LAYERS]
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "host/offload/pool/buffer_pool.hpp"

int main(int argc, char** argv) {
    using namespace sky::offload;
    constexpr unsigned long kMost = 10'000;
    char* rest = nullptr;
    const unsigned long layers = argc > 1 ? std::strtoul(argv[1], &rest, 10) : 12;
    if (argc > 2 || layers < 2 || layers > kMost || (rest != nullptr && *rest != '\0')) {
        std::fprintf(stderr, "usage: pool [LAYERS], 2 to %lu\n", kMost);
        return 2;
    }
    constexpr uint64_t kWide = 1'048'576;
    constexpr uint64_t kSquare = 262'144;

    PoolSchedule schedule;
    for (unsigned long layer = 0; layer < layers; ++layer) {
        const uint32_t square = schedule.add("square " + std::to_string(layer), kSquare);
        const uint32_t wide = schedule.add("wide " + std::to_string(layer), kWide);
        for (const uint32_t tensor : {square, wide}) schedule.acquire(tensor);
        for (const uint32_t tensor : {square, wide}) schedule.release(tensor);
    }
    const std::vector<SlotCount> slots{{kSquare, 2}, {kWide, 2}};  // two layers in flight
    auto layout = adaptive_layout(schedule.tensors, slots, 0);
    auto pool = layout.ok() ? BufferPool::create(layout.value(), schedule) : layout.status();
    if (!pool.ok()) {
        std::fprintf(stderr, "pool: %s\n", pool.status().message().c_str());
        return 1;
    }

    BufferPool& p = *pool.value();
    std::vector<std::promise<PoolBuffer>> fetched(p.uses());
    std::thread fetcher([&] {
        for (uint64_t use = 0; use < p.uses(); ++use) {
            auto buffer = p.acquire(use);  // waits until a slot of this size is free
            std::memset(buffer.value().bytes().data(), static_cast<int>(use % 251), buffer.value().bytes().size());
            fetched[use].set_value(std::move(buffer.value()));
        }
    });
    bool right = true;
    for (uint64_t use = 0; use < p.uses(); use += 2) {
        const PoolBuffer square = fetched[use].get_future().get();  // back into the pool at the end of the turn
        const PoolBuffer wide = fetched[use + 1].get_future().get();
        right = right && square.bytes().size() == kSquare && wide.bytes().size() == kWide &&
                wide.bytes().back() == static_cast<std::byte>((use + 1) % 251);
    }
    fetcher.join();
    std::printf("%llu uses of %zu tensors in %llu bytes; at most %llu were in use\n",
                static_cast<unsigned long long>(p.uses()), schedule.tensors.size(),
                static_cast<unsigned long long>(p.layout().reserved_bytes),
                static_cast<unsigned long long>(p.statistics().peak_in_use_bytes));

    schedule.steps.clear();
    for (const uint32_t square : {0U, 2U}) schedule.acquire(square);
    for (const uint32_t square : {0U, 2U}) schedule.release(square);
    const std::vector<SlotCount> one{{kSquare, 1}, {kWide, 1}};
    const auto small = check_schedule(adaptive_layout(schedule.tensors, one, 0).value(), schedule);
    std::printf("with one slot each: %s\n", small.status().message().c_str());
    return right && !small.ok() && std::fflush(stdout) == 0 ? 0 : 1;
}
