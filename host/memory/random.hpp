#pragma once

#include "sysc/model/random.hpp"

namespace sky::memory {

using model::mix64;
using model::Random;

}  // namespace sky::memory
