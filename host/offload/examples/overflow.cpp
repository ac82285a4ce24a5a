// Looks for an infinity among gradients: the fused check beside the chain it replaces.
//
//     overflow [ELEMENTS]
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <vector>

#include "host/offload/check/overflow_check.hpp"

int main(int argc, char** argv) {
    using namespace sky::offload;
    constexpr uint64_t kMost = 100'000'000;
    char* rest = nullptr;
    const uint64_t elements = argc > 1 ? std::strtoull(argv[1], &rest, 10) : 1'000'000;
    if (argc > 2 || elements == 0 || elements > kMost || (rest != nullptr && *rest != '\0')) {
        std::fprintf(stderr, "usage: overflow [ELEMENTS], 1 to %llu\n", static_cast<unsigned long long>(kMost));
        return 2;
    }
    std::vector<float> gradients(elements, 1e-3F);
    bool right = true;
    for (const CheckMethod method : {CheckMethod::kFused, CheckMethod::kChain}) {
        // The widest vectors of this processor; two threads share the buffer.
        const auto check = make_overflow_check(method, {.threads = 2});
        gradients.back() = 1e-3F;
        const bool before = check->overflows(Dtype::kFp32, gradients.data(), gradients.size());
        gradients.back() = std::numeric_limits<float>::infinity();
        const bool after = check->overflows(Dtype::kFp32, gradients.data(), gradients.size());
        std::printf("%s: %s, with an infinity %s; %llu bytes of temporaries\n", to_string(method).data(),
                    before ? "overflow" : "fine", after ? "overflow" : "fine",
                    static_cast<unsigned long long>(check->peak_temporary_bytes()));
        right = right && !before && after;
    }
    return right && std::fflush(stdout) == 0 ? 0 : 1;
}
