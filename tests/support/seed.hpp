#pragma once

#include <cstdint>

namespace sky::test {

/// The seed of this run: SKY_SEED from the environment, else a fixed one. Printed before the tests start, so
/// that `SKY_SEED=n` repeats a failure.
[[nodiscard]] uint64_t seed();

}  // namespace sky::test
