#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

/// A folder for a measurement, removed with everything in it.
class ScratchFolder {
   public:
    /// Refused when the disk of `parent` has not so many bytes free: filling it up harms others.
    static Result<std::unique_ptr<ScratchFolder>> make(const std::string& parent, uint64_t bytes);
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace sky::offload
