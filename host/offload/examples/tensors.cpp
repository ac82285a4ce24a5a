// Keeps two tensors straight on a device, striped over two files, and finds them again.
//
//     tensors FOLDER
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "host/offload/io/aligned_buffer.hpp"
#include "host/offload/io/direct_store.hpp"

namespace {

using namespace sky::offload;

bool went_well(const sky::Status& status) {
    if (!status.ok()) std::fprintf(stderr, "tensors: %s\n", status.message().c_str());
    return status.ok();
}

void fill(const AlignedBuffer& buffer, int seed) {
    for (size_t i = 0; i < buffer.size(); ++i)
        buffer.data()[i] = static_cast<std::byte>(seed + static_cast<int>(i / 7));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: tensors FOLDER\n");
        return 2;
    }
    const std::string folder = argv[1];
    const std::vector<TensorSpec> specs{{"embed_tokens", 5'000'000}, {"layers.0.q_proj", 1 << 20}};
    DirectOptions options;
    options.devices = {folder + "/disk0", folder + "/disk1"};
    options.run_id = "example";
    options.io.log = [](const std::string& message) { std::fprintf(stderr, "tensors: %s\n", message.c_str()); };

    const AlignedBuffer embed(specs[0].bytes);
    const AlignedBuffer q_proj(specs[1].bytes);
    fill(embed, 1);
    fill(q_proj, 2);
    {
        const auto store = DirectStore::make(specs, options);
        if (!went_well(store.status())) return 1;
        // Both are under way at once; each future says how its own went.
        auto first = store.value()->start_write(0, 0, embed.span());
        auto second = store.value()->start_write(1, 0, q_proj.span());
        if (!went_well(first.get()) || !went_well(second.get()) || !went_well(store.value()->flush())) return 1;
    }
    const auto store = DirectStore::open(options);
    if (!went_well(store.status())) return 1;
    const AlignedBuffer found(specs[0].bytes);
    if (!went_well(store.value()->read(0, found.span()))) return 1;
    const bool same = std::memcmp(found.data(), embed.data(), embed.size()) == 0;
    const StoreStatistics statistics = store.value()->statistics();
    std::printf("'%s' is %s: %llu bytes in %llu requests\n", specs[0].name.c_str(), same ? "back" : "not what it was",
                static_cast<unsigned long long>(statistics.read_bytes),
                static_cast<unsigned long long>(statistics.requests));
    return same && std::fflush(stdout) == 0 ? 0 : 1;
}
