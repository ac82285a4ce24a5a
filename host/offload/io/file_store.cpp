#include "host/offload/io/file_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "host/offload/io/layout.hpp"
#include "host/offload/io/mover.hpp"
#include "host/offload/io/range.hpp"

namespace sky::offload {

namespace {

/// Closes at the end of its life.
class OpenFile {
   public:
    explicit OpenFile(int file) : file_(file) {}
    ~OpenFile() {
        if (file_ >= 0) close(file_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int get() const { return file_; }

   private:
    int file_;
};

class FileStore : public TensorStore {
   public:
    FileStore(std::span<const TensorSpec> tensors, const FileStoreOptions& options)
        : options_(options), specs_(tensors.begin(), tensors.end()), mover_(options.io, {}) {}

    [[nodiscard]] const std::vector<TensorSpec>& tensors() const override { return specs_; }
    [[nodiscard]] uint64_t unit_bytes() const override { return options_.request_bytes; }

    std::future<Status> start_read(size_t tensor, uint64_t offset, std::span<std::byte> to) override {
        return start(false, tensor, offset, to.data(), to);
    }
    std::future<Status> start_write(size_t tensor, uint64_t offset, std::span<const std::byte> from) override {
        return start(true, tensor, offset, const_cast<std::byte*>(from.data()), from);  // only read
    }

    Status flush() override {
        for (const TensorSpec& spec : specs_) {
            const OpenFile file(open(path(spec).c_str(), O_RDONLY | O_CLOEXEC));
            if (file.get() < 0 && errno == ENOENT) continue;
            if (file.get() < 0 || fdatasync(file.get()) != 0)
                return Status::error(
                    fmt::format("cannot flush {}: {}\ncheck the device", place(spec), std::strerror(errno)));
        }
        return {};
    }

    [[nodiscard]] StoreStatistics statistics() const override {
        StoreStatistics now = mover_.statistics();
        now.opened = opened_;
        return now;
    }

   private:
    [[nodiscard]] std::string path(const TensorSpec& spec) const {
        return fmt::format("{}/{}", options_.folder, tensor_file_name(spec.name));
    }
    [[nodiscard]] std::string place(const TensorSpec& spec) const {
        return fmt::format("tensor '{}' in '{}'", spec.name, path(spec));
    }

    std::future<Status> start(bool write, size_t tensor, uint64_t offset, std::byte* data,
                              std::span<const std::byte> buffer) {
        const Result<StripeRange> range = stripes_in(specs_, options_.request_bytes, tensor, offset, buffer);
        if (!range.ok()) return ready(range.status());
        const TensorSpec& spec = specs_[tensor];
        const int flags = write ? O_RDWR | O_CREAT : O_RDONLY;
        auto file = std::make_shared<OpenFile>(open(path(spec).c_str(), flags | O_DIRECT | O_CLOEXEC, 0600));
        if (file->get() < 0)
            return ready(Status::error(fmt::format(
                "cannot open {}: {}\n{}", place(spec), std::strerror(errno),
                errno == ENOENT ? "write the tensor first" : "name a folder on a disk that you may write")));
        ++opened_;
        std::vector<Piece> pieces;
        for (uint64_t at = 0; at < buffer.size(); at += options_.request_bytes)
            pieces.push_back({.file = file->get(),
                              .offset = offset + at,
                              .data = data + at,
                              .bytes = static_cast<uint32_t>(std::min(options_.request_bytes, buffer.size() - at)),
                              .number = 0});
        return mover_.start({.write = write,
                             .pieces = std::move(pieces),
                             .where =
                                 [this, &spec](const Piece& piece) {
                                     return fmt::format("{}, LBA {} of it, {} bytes", place(spec),
                                                        piece.offset / kBlockBytes, piece.bytes);
                                 },
                             .before = {},
                             .after = {},
                             .at_end = [file](bool) mutable { file.reset(); }});
    }

    FileStoreOptions options_;
    std::vector<TensorSpec> specs_;
    std::atomic<uint64_t> opened_{0};
    Mover mover_;
};

}  // namespace

std::string tensor_file_name(std::string tensor) {
    std::replace(tensor.begin(), tensor.end(), '/', '_');
    return tensor + ".tensor";
}

Result<std::unique_ptr<TensorStore>> open_file_store(std::span<const TensorSpec> tensors,
                                                     const FileStoreOptions& options) {
    if (Status status = check_depth(options.io.depth); !status.ok()) return status;
    if (const Result<Layout> checked = make_layout(tensors, options.request_bytes, 1); !checked.ok())
        return checked.status();
    std::error_code error;
    std::filesystem::create_directories(options.folder, error);
    if (error)
        return Status::error(
            fmt::format("cannot make the folder '{}': {}\nname another one", options.folder, error.message()));
    return std::unique_ptr<TensorStore>(std::make_unique<FileStore>(tensors, options));
}

}  // namespace sky::offload
