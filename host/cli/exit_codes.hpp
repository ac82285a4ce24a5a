#pragma once

namespace sky::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailure = 1;        ///< the run found a failure: a wrong value was read
inline constexpr int kBadInput = 2;       ///< bad usage or input; nothing was written
inline constexpr int kNotEnded = 124;     ///< rf run: the program did not end; else it ends with the program's code
inline constexpr int kInterrupted = 130;  ///< stopped by Ctrl-C; what was finished is printed

}  // namespace sky::cli
