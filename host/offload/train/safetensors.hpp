#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/memory/new_file.hpp"
#include "host/memory/status.hpp"
#include "host/offload/dtype.hpp"

/// Weights in files as Hugging Face keeps them: 8 bytes with the length of a JSON header, the header, which says of
/// each tensor its dtype, shape and place, and the numbers of all of them.
namespace sky::offload {

struct SafeTensor {
    std::string name;
    std::string file;
    Dtype dtype{};
    std::vector<uint64_t> shape;
    uint64_t offset = 0;  ///< in the file
    uint64_t elements = 0;
};

/// The tensors of a folder: of the files that its *.safetensors.index.json names; without one, of model.safetensors
/// or else init.safetensors; without these, of all its *.safetensors. Every file is looked through, and what is torn,
/// unknown, there twice, overlapping or between tensors is an error that names file and tensor.
class SafeTensors {
   public:
    /// No tensors when the folder has no such files.
    [[nodiscard]] static Result<SafeTensors> find(const std::string& folder);
    /// What find() reads of a folder, the index included; none where it fails.
    [[nodiscard]] static std::vector<std::string> files_in(const std::string& folder);

    [[nodiscard]] bool any_file() const { return any_file_; }
    [[nodiscard]] const std::vector<SafeTensor>& tensors() const { return tensors_; }
    /// Null when there is none of that name.
    [[nodiscard]] const SafeTensor* find_tensor(const std::string& name) const;
    /// Elements of a tensor from `first` on, as fp32.
    [[nodiscard]] static Status read(const SafeTensor& tensor, uint64_t first, std::span<float> to);

   private:
    std::vector<SafeTensor> tensors_;  // by name
    bool any_file_ = false;
};

/// Writes fp32 tensors; the file has its name when all of it is there.
class SafeTensorsWriter {
   public:
    struct Entry {
        std::string name;
        std::vector<uint64_t> shape;
    };
    /// What follows are the numbers of all entries in this order.
    [[nodiscard]] static Result<std::unique_ptr<SafeTensorsWriter>> create(const std::string& path,
                                                                           std::span<const Entry> entries);
    [[nodiscard]] Status write(std::span<const float> values);
    [[nodiscard]] Status commit();

   private:
    explicit SafeTensorsWriter(std::unique_ptr<memory::NewFile> file) : file_(std::move(file)) {}
    std::unique_ptr<memory::NewFile> file_;
    uint64_t left_ = 0;  // bytes
};

}  // namespace sky::offload
