#pragma once

#include <string>
#include <vector>

#include "host/offload/train/trainer.hpp"

namespace sky::test {

/// A training that PyTorch did, of tests/golden/NAME: what it was given, and what came of it.
struct TrainReference {
    std::string folder;
    offload::TrainOptions options;  ///< in memory
    uint64_t steps = 0;
    std::vector<double> losses;
    std::vector<double> grad_norms;

    [[nodiscard]] std::string tokens() const { return folder + "/tokens.i32"; }
};
[[nodiscard]] TrainReference train_reference(const std::string& name);

/// The largest difference between the weights of two files, which have the same tensors; infinity otherwise.
[[nodiscard]] double largest_difference(const std::string& file, const std::string& other);

}  // namespace sky::test
