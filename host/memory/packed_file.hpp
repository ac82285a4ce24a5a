#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/memory/new_file.hpp"

namespace sky::memory {

/// A NewFile packed as its name says: gzip when it ends in .gz, zstd when it ends in .zst, else plain.
class PackedFile {
   public:
    static Result<std::unique_ptr<PackedFile>> create(const std::string& path);
    ~PackedFile();
    PackedFile(const PackedFile&) = delete;
    PackedFile& operator=(const PackedFile&) = delete;

    void write(std::string_view bytes);
    /// Writing has failed; commit() says why.
    [[nodiscard]] bool failed() const { return file_->failed(); }
    /// Writes the rest under the temporary name; nothing may be written after it.
    Status finish();
    /// finish(), and the file gets its name.
    Status commit();

   private:
    class Packer;
    class GzipPacker;
    class ZstdPacker;

    explicit PackedFile(std::unique_ptr<NewFile> file);
    void end_packing();

    std::unique_ptr<NewFile> file_;
    std::unique_ptr<Packer> packer_;  // null: plain, or at its end
};

}  // namespace sky::memory
