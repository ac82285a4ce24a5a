#include "host/memory/packed_file.hpp"

#include <zlib.h>
#include <zstd.h>

#include <new>
#include <vector>

namespace sky::memory {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;

}  // namespace

class PackedFile::Packer {
   public:
    Packer() = default;
    virtual ~Packer() = default;
    Packer(const Packer&) = delete;
    Packer& operator=(const Packer&) = delete;

    /// Packs all of `bytes`; when they are the last, nothing stays inside.
    virtual void pack(std::string_view bytes, bool last, NewFile& file) = 0;
};

class PackedFile::GzipPacker final : public Packer {
   public:
    GzipPacker() {
        if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~GzipPacker() override { deflateEnd(&stream_); }

    void pack(std::string_view bytes, bool last, NewFile& file) override {
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
        stream_.avail_in = static_cast<uInt>(bytes.size());
        do {
            stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
            stream_.avail_out = static_cast<uInt>(out_.size());
            deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
            file.write(std::string_view(out_.data(), out_.size() - stream_.avail_out));
        } while (stream_.avail_out == 0);
    }

   private:
    z_stream stream_{};
    std::vector<char> out_ = std::vector<char>(kBufferBytes);
};

class PackedFile::ZstdPacker final : public Packer {
   public:
    ZstdPacker() : stream_(ZSTD_createCStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(stream_, ZSTD_c_checksumFlag, 1);
    }
    ~ZstdPacker() override { ZSTD_freeCStream(stream_); }

    void pack(std::string_view bytes, bool last, NewFile& file) override {
        ZSTD_inBuffer from{.src = bytes.data(), .size = bytes.size(), .pos = 0};
        for (bool over = false; !over;) {
            ZSTD_outBuffer to{.dst = out_.data(), .size = out_.size(), .pos = 0};
            const size_t left = ZSTD_compressStream2(stream_, &to, &from, last ? ZSTD_e_end : ZSTD_e_continue);
            if (ZSTD_isError(left) != 0) throw std::bad_alloc();
            file.write(std::string_view(out_.data(), to.pos));
            over = last ? left == 0 : from.pos == from.size;
        }
    }

   private:
    ZSTD_CStream* stream_;
    std::vector<char> out_ = std::vector<char>(kBufferBytes);
};

Result<std::unique_ptr<PackedFile>> PackedFile::create(const std::string& path) {
    Result<std::unique_ptr<NewFile>> file = NewFile::create(path);
    if (!file.ok()) return file.status();
    std::unique_ptr<PackedFile> packed(new PackedFile(std::move(file.value())));
    if (path.ends_with(".gz")) packed->packer_ = std::make_unique<GzipPacker>();
    if (path.ends_with(".zst")) packed->packer_ = std::make_unique<ZstdPacker>();
    return packed;
}

PackedFile::PackedFile(std::unique_ptr<NewFile> file) : file_(std::move(file)) {}

PackedFile::~PackedFile() = default;

void PackedFile::write(std::string_view bytes) {
    if (packer_)
        packer_->pack(bytes, false, *file_);
    else
        file_->write(bytes);
}

void PackedFile::end_packing() {
    if (packer_) packer_->pack({}, true, *file_);
    packer_.reset();
}

Status PackedFile::finish() {
    end_packing();
    return file_->finish();
}

Status PackedFile::commit() {
    end_packing();
    return file_->commit();
}

}  // namespace sky::memory
