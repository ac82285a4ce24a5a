#include "host/index/operation.hpp"

#include <algorithm>

#include "host/index/seed_stream.hpp"

namespace sky::index {

const char* to_string(OperationKind kind) {
    switch (kind) {
        case OperationKind::kInsert: return "insert";
        case OperationKind::kRead: return "read";
        case OperationKind::kUpdate: return "update";
        case OperationKind::kScan: return "scan";
        case OperationKind::kReadModifyWrite: return "read-modify-write";
        case OperationKind::kErase: return "delete";
    }
    return "unknown operation";
}

void fill_value(uint64_t seed, Key key, uint32_t version, Bytes& bytes) {
    memory::Random random(memory::mix64(stream_seed(seed, SeedStream::kValues) ^ key) + version);
    for (size_t i = 0; i < bytes.size();) {
        uint64_t word = random.next();
        for (size_t end = std::min(bytes.size(), i + 8); i < end; ++i, word >>= 8)
            bytes[i] = static_cast<std::byte>(word);
    }
}

}  // namespace sky::index
