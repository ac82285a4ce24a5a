// Pins what a training step needs in one arena of the exact size, and the same blocks the usual way, in powers of
// two.
//
//     pinned
#include <cstdio>
#include <string>
#include <vector>

#include "host/offload/pinned/pinned_allocator.hpp"

namespace {

using namespace sky::offload;

struct Part {
    std::string purpose;
    uint64_t bytes;
};

/// Takes every part and says what that took; 0 when a part was refused.
uint64_t pin(PinnedAllocator& allocator, const std::vector<Part>& parts) {
    for (const Part& part : parts)
        if (const auto block = allocator.allocate(part.purpose, part.bytes); !block.ok()) {
            std::fprintf(stderr, "pinned: %s\n", block.status().message().c_str());
            return 0;
        }
    return allocator.statistics().reserved_bytes;
}

}  // namespace

int main() {
    const std::vector<Part> parts{
        {"staging pool", 20'512'768}, {"optimizer buffers", 16'777'216 + 4096}, {"flat gradients", 9'437'184}};
    uint64_t total = 0;
    for (const Part& part : parts) total += part.bytes;

    PinnedOptions options;
    options.log = [](const std::string& message) { std::fprintf(stderr, "pinned: %s\n", message.c_str()); };
    const auto exact = make_exact_allocator(std::vector{total}, options);
    if (!exact.ok()) {
        std::fprintf(stderr, "pinned: %s\n", exact.status().message().c_str());
        return 1;
    }
    const auto usual = make_power_of_two_allocator(options);
    const uint64_t exact_bytes = pin(*exact.value(), parts);
    const uint64_t usual_bytes = pin(*usual, parts);
    std::printf("%llu bytes asked for, %llu in one exact arena, %llu in powers of two\n",
                static_cast<unsigned long long>(total), static_cast<unsigned long long>(exact_bytes),
                static_cast<unsigned long long>(usual_bytes));
    return exact_bytes >= total && usual_bytes >= exact_bytes && std::fflush(stdout) == 0 ? 0 : 1;
}
