#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/memory/session.hpp"
#include "host/memory/store.hpp"
#include "tb/request_stream.hpp"

namespace sky::test {

/// One array of each kind that a store has to keep in another way, by its name.
struct StoreArray {
    const char* name;
    memory::SessionConfig config;
};
[[nodiscard]] std::vector<StoreArray> store_arrays();
[[nodiscard]] memory::SessionConfig store_array(const std::string& name);

/// The rows of a memory, as an image would have them.
using Rows = std::vector<memory::StoredRow>;
[[nodiscard]] Rows rows_of(memory::MemorySession& session);

/// The same random requests in every run, in rounds; a store is committed after each.
class StoreWork {
   public:
    StoreWork(const memory::SessionConfig& config, uint64_t seed) : requests_(config.geometry, seed) {}

    void round(memory::MemorySession& session);

   private:
    tb::RequestStream requests_;
};

/// What a memory holds before the first round and after each, without a store.
[[nodiscard]] std::vector<Rows> rows_after_rounds(const memory::SessionConfig& config, uint64_t seed, size_t rounds);

/// The store, or std::runtime_error with the message.
std::unique_ptr<memory::Store> value_of(Result<std::unique_ptr<memory::Store>> store);
void expect_ok(const Status& status);

/// A copy of a store's image and journal under another name, as a kill at this moment would leave them.
void copy_store(const std::string& from, const std::string& to);

}  // namespace sky::test
