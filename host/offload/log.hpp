#pragma once

#include <functional>
#include <string>

namespace sky::offload {

/// Takes what a user should know and no call returns: that a slower way is gone, for example. Called from any thread.
/// An empty one drops it.
using Log = std::function<void(const std::string& message)>;

}  // namespace sky::offload
