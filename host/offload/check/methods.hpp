#pragma once

#include <memory>

#include "host/offload/check/overflow_check.hpp"

namespace sky::offload {

[[nodiscard]] std::unique_ptr<OverflowCheck> make_chain_check(const CheckOptions& options);
[[nodiscard]] std::unique_ptr<OverflowCheck> make_sum_check(const CheckOptions& options);

}  // namespace sky::offload
